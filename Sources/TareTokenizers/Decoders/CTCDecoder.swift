/// Decodes connectionist temporal classification: repeated tokens count once, padding not at all.
package import TareCore

package struct CTCDecoder: TokenDecoder {
  package static let typeName = "CTC"
  package static let summary = "tokens without repetition and padding"

  private let padding: [UInt8]
  private let delimiter: [UInt8]
  private let cleansUp: Bool

  package init(_ part: Part) throws(TareError) {
    padding = Array(try part.string("pad_token").utf8)
    delimiter = Array(try part.string("word_delimiter_token").utf8)
    cleansUp = try part.bool("cleanup")
  }

  package func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    for (index, token) in tokens.enumerated() where index == 0 || tokens[index - 1] != token {
      var text = TextPattern.replacing(padding, in: token, with: [])
      if cleansUp {
        text = TextPattern.replacing(
          delimiter,
          in: WordPieceDecoder.cleanUp(text), with: [0x20])
      }
      if !text.isEmpty { result.append(text) }
    }
    return result
  }
}
