/// Unicode's canonical decomposition (UAX #15).
package struct NFD: Normalizer {
  package static let typeName = "NFD"
  package static let summary = "Unicode canonical decomposition"

  package init(_ part: Part) {}

  package func normalize(_ text: inout NormalizedText) {
    UnicodeForm.nfd.apply(to: &text.bytes)
  }
}
