/// Puts a string in the place of what a pattern matches.
package import TareCore

package struct Replace: Normalizer {
  package static let typeName = "Replace"
  package static let summary = "replaces what a string or pattern matches"

  private let pattern: TextPattern
  private let content: [UInt8]

  package init(_ part: Part) throws(TareError) {
    guard let pattern = try part.optionalPart("pattern") else {
      throw part.error("pattern", "nothing", "an object")
    }
    self.pattern = try TextPattern(pattern)
    content = Array(try part.string("content").utf8)
  }

  init(_ text: String, with content: String) {
    pattern = .literal(Array(text.utf8))
    self.content = Array(content.utf8)
  }

  package func normalize(_ text: inout NormalizedText) {
    guard !text.bytes.isEmpty else { return }
    text.bytes = pattern.replacing(in: text.bytes, with: content)
  }
}
