/// Joins WordPiece's tokens to words, and words with spaces.
package import TareCore

package struct WordPieceDecoder: TokenDecoder {
  package static let typeName = "WordPiece"
  package static let summary = "words from their pieces"

  private let prefix: [UInt8]
  private let cleansUp: Bool

  package init(_ part: Part) throws(TareError) {
    prefix = Array(try part.string("prefix").utf8)
    cleansUp = try part.bool("cleanup")
  }

  package func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    tokens.enumerated().map { index, token in
      var text = token
      if index > 0 {
        if token.starts(with: prefix) {
          text.removeFirst(prefix.count)
        } else {
          text.insert(0x20, at: 0)
        }
      }
      return cleansUp ? Self.cleanUp(text) : text
    }
  }

  /// Takes out spaces that tokenizing put before punctuation and English endings.
  static func cleanUp(_ text: [UInt8]) -> [UInt8] {
    replacements.reduce(text) { text, replacement in
      TextPattern.replacing(replacement.0, in: text, with: replacement.1)
    }
  }

  private static let replacements: [([UInt8], [UInt8])] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { (Array($0.0.utf8), Array($0.1.utf8)) }
}
