/// SHA-1 of bytes that come in pieces (FIPS 180-4). Git names files by it; nothing here relies on it
/// against an attacker.
#if canImport(CommonCrypto)
  private import CommonCrypto
#else
  private import CCrypto
#endif

package struct SHA1: Sendable {
  #if canImport(CommonCrypto)
    private var running = CC_SHA1_CTX()

    package init() { CC_SHA1_Init(&running) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      // A length there has 32 bits.
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = rest.prefix(1 << 30)
        CC_SHA1_Update(
          &running, UnsafeRawBufferPointer(rebasing: piece).baseAddress, CC_LONG(piece.count))
        rest = rest.dropFirst(piece.count)
      }
    }
  #else
    private var running = SHA_CTX()

    package init() { SHA1_Init(&running) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      SHA1_Update(&running, bytes.baseAddress, bytes.count)
    }
  #endif

  /// The 20 bytes of the hash of all bytes so far; the value stays usable for more.
  package func finish() -> [UInt8] {
    var copy = running
    var bytes = [UInt8](repeating: 0, count: 20)
    #if canImport(CommonCrypto)
      CC_SHA1_Final(&bytes, &copy)
    #else
      SHA1_Final(&bytes, &copy)
    #endif
    return bytes
  }
}
