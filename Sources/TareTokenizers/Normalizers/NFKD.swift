/// Unicode's compatibility decomposition (UAX #15).
package struct NFKD: Normalizer {
  package static let typeName = "NFKD"
  package static let summary = "Unicode compatibility decomposition"

  package init(_ part: Part) {}

  package func normalize(_ text: inout NormalizedText) {
    UnicodeForm.nfkd.apply(to: &text.bytes)
  }
}
