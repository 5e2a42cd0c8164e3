/// Leaves out combining marks; accents go only where a decomposition went before.
package struct StripAccents: Normalizer {
  package static let typeName = "StripAccents"
  package static let summary = "leaves out combining marks"

  package init(_ part: Part) {}

  package func normalize(_ text: inout NormalizedText) {
    if !text.isASCII { text.remove(.strippedMarks) }
  }
}
