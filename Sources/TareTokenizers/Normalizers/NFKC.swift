/// Unicode's compatibility composition (UAX #15).
package struct NFKC: Normalizer {
  package static let typeName = "NFKC"
  package static let summary = "Unicode compatibility composition"

  package init(_ part: Part) {}

  package func normalize(_ text: inout NormalizedText) {
    UnicodeForm.nfkc.apply(to: &text.bytes)
  }
}
