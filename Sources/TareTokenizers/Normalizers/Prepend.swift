/// Puts a string before the text.
package import TareCore

package struct Prepend: Normalizer {
  package static let typeName = "Prepend"
  package static let summary = "puts a string before a text that is not empty"

  private let prefix: [UInt8]

  package init(_ part: Part) throws(TareError) {
    prefix = Array(try part.string("prepend").utf8)
  }

  init(_ prefix: String) { self.prefix = Array(prefix.utf8) }

  package func normalize(_ text: inout NormalizedText) {
    if !text.bytes.isEmpty { text.bytes.insert(contentsOf: prefix, at: 0) }
  }
}
