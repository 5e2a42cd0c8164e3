/// Puts a string in the place of what a pattern matches.
package import TareCore

package struct Replace: Normalizer {
  package static let typeName = "Replace"
  package static let summary = "replaces what a string or pattern matches"

  private let replacement: Replacement

  package init(_ part: Part) throws(TareError) { replacement = try Replacement(part) }

  init(_ text: String, with content: String) {
    replacement = Replacement(text, with: content)
  }

  package func normalize(_ text: inout NormalizedText) throws(TareError) {
    guard !text.bytes.isEmpty else { return }
    text.bytes = try replacement.applied(to: text.bytes, &text.patterns)
  }
}
