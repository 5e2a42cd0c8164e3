/// Reads bytes out of the printable alphabet of byte-level vocabularies.
package struct ByteLevelDecoder: TokenDecoder {
  package static let typeName = "ByteLevel"
  package static let summary = "bytes from the printable alphabet"

  package init(_ part: Part) {}

  init() {}

  /// A token with a character outside the alphabet stands for itself.
  package func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    [repaired(tokens.flatMap { ByteAlphabet.bytes(of: $0) ?? $0 })]
  }
}
