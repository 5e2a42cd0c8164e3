/// The SHA-256 by which models, heads, prompts and token sequences are told apart.

package struct Digest: Hashable, Sendable {
  package let bytes: SIMD32<UInt8>

  package init(bytes: SIMD32<UInt8>) { self.bytes = bytes }

  /// - Returns: nil unless there are 32 bytes.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    self.bytes = SIMD32(bytes)
  }

  /// The digest of the text's UTF-8 bytes.
  package init(of text: String) {
    var text = text
    self = text.withUTF8 { Digest(of: UnsafeRawBufferPointer($0)) }
  }

  package init(of bytes: UnsafeRawBufferPointer) {
    var hash = SHA256()
    hash.update(bytes)
    self = hash.finish()
  }

  /// - Returns: nil unless the text is 64 hexadecimal digits.
  package init?(hex: String) {
    let digits = hex.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue ?? 16 }
    guard digits.count == 64, digits.allSatisfy({ $0 < 16 }) else { return nil }
    bytes = SIMD32((0..<32).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) })
  }
}

extension Digest: CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  package var description: String {
    let digits = Array("0123456789abcdef".utf8)
    let hex = bytes.indices.flatMap { [digits[Int(bytes[$0] >> 4)], digits[Int(bytes[$0] & 15)]] }
    return String(decoding: hex, as: UTF8.self)
  }
}

extension Digest: Comparable {
  package static func < (a: Digest, b: Digest) -> Bool {
    for index in a.bytes.indices where a.bytes[index] != b.bytes[index] {
      return a.bytes[index] < b.bytes[index]
    }
    return false
  }
}
