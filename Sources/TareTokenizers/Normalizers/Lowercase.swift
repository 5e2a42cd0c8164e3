/// Writes every scalar in lower case, whatever stands beside it: a final sigma is any sigma.
package struct Lowercase: Normalizer {
  package static let typeName = "Lowercase"
  package static let summary = "writes text in lower case"

  package init(_ part: Part) {}

  package func normalize(_ text: inout NormalizedText) { Self.apply(to: &text) }

  static func apply(to text: inout NormalizedText) {
    text.mapScalars { scalar, result in
      if scalar.isASCII {
        let value = UInt8(scalar.value)
        result.append((0x41...0x5A).contains(value) ? value | 0x20 : value)
      } else {
        result.append(contentsOf: Array(scalar.properties.lowercaseMapping.utf8))
      }
    }
  }
}
