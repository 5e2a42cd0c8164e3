/// Makes text of the tokens `<0x00>` to `<0xFF>`.
package struct ByteFallbackDecoder: TokenDecoder {
  package static let typeName = "ByteFallback"
  package static let summary = "text from byte tokens"

  package init(_ part: Part) {}

  init() {}

  /// Bytes in a row that are not UTF-8 become as many U+FFFD.
  package func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var bytes: [UInt8] = []
    func finish() {
      guard !bytes.isEmpty else { return }
      if String(validating: bytes, as: UTF8.self) != nil {
        result.append(bytes)
      } else {
        for _ in bytes { result.append(Array("\u{FFFD}".utf8)) }
      }
      bytes = []
    }
    for token in tokens {
      if let byte = ByteTokens.byte(token) {
        bytes.append(byte)
      } else {
        finish()
        result.append(token)
      }
    }
    finish()
    return result
  }
}
