/// GPT-2's cutting, and its spelling of bytes in a printable alphabet.
package import TareCore

package struct ByteLevel: PreTokenizer {
  package static let typeName = "ByteLevel"
  package static let summary = "GPT-2's words, spelt byte by byte"

  private let addsPrefixSpace: Bool
  /// Cuts by GPT-2's pattern; nil where another pre-tokeniser did.
  private let split: Split?

  package init(_ part: Part) throws(TareError) {
    addsPrefixSpace = try part.bool("add_prefix_space")
    split = try part.bool("use_regex", default: true) ? Split(isolating: Self.pattern) : nil
  }

  /// The spelling alone.
  init() {
    addsPrefixSpace = false
    split = nil
  }

  static let pattern =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  package func cut(_ text: inout CutText) throws(TareError) {
    if addsPrefixSpace {
      let space = UInt8(ascii: " ")
      text.rewritePieces { piece, _, result in
        if piece.first != space { result.append(space) }
        result.append(contentsOf: piece)
      }
    }
    try split?.cut(&text)
    text.rewritePieces { piece, _, result in
      ByteAlphabet.appendSpelling(of: piece, to: &result)
    }
  }
}
