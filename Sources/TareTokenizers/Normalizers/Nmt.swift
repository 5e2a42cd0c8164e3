/// The cleaning of the SentencePiece library's rule `nmt_nfkc`, without its composition.
package struct Nmt: Normalizer {
  package static let typeName = "Nmt"
  package static let summary = "SentencePiece's cleaning for translation"

  package init(_ part: Part) {}

  package func normalize(_ text: inout NormalizedText) {
    text.mapScalars { scalar, result in
      switch scalar.value {
      case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: break
      case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
        result.append(" ")
      default: result.append(scalar)
      }
    }
  }
}
