/// Unicode's canonical composition (UAX #15).
package struct NFC: Normalizer {
  package static let typeName = "NFC"
  package static let summary = "Unicode canonical composition"

  package init(_ part: Part) {}

  package func normalize(_ text: inout NormalizedText) {
    UnicodeForm.nfc.apply(to: &text.bytes)
  }
}
