/// Writes every byte in the printable alphabet of byte-level vocabularies.
package struct ByteLevelNormalizer: Normalizer {
  package static let typeName = "ByteLevel"
  package static let summary = "spells bytes in the printable alphabet"

  package init(_ part: Part) {}

  package func normalize(_ text: inout NormalizedText) {
    text.bytes = ByteAlphabet.spelling(of: text.bytes[...])
  }
}
