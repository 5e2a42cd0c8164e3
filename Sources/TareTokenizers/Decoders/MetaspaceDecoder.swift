/// Makes spaces of SentencePiece's visible character.
package import TareCore

package struct MetaspaceDecoder: TokenDecoder {
  package static let typeName = "Metaspace"
  package static let summary = "spaces from SentencePiece's mark"

  private let mark: [UInt8]
  private let dropsFirst: Bool

  package init(_ part: Part) throws(TareError) {
    mark = try MetaspaceScheme.mark(part)
    dropsFirst = try MetaspaceScheme(part) != .never
  }

  /// In the first token the marks are left out, if encoding put one there.
  package func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    tokens.enumerated().map { index, token in
      TextPattern.replacing(mark, in: token, with: index == 0 && dropsFirst ? [] : [0x20])
    }
  }
}
