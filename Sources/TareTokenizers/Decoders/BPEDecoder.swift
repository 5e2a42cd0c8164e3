/// Makes spaces of the suffix that ends words.
package import TareCore

package struct BPEDecoder: TokenDecoder {
  package static let typeName = "BPEDecoder"
  package static let summary = "spaces from the suffix that ends words"

  private let suffix: [UInt8]

  package init(_ part: Part) throws(TareError) {
    suffix = Array(try part.string("suffix").utf8)
  }

  package func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    tokens.enumerated().map { index, token in
      let isLast = index == tokens.count - 1
      return TextPattern.replacing(suffix, in: token, with: isLast ? [] : [0x20])
    }
  }
}
