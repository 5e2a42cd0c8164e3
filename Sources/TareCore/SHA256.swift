/// SHA-256 of bytes that come in pieces (FIPS 180-4).
#if canImport(CommonCrypto)
  private import CommonCrypto
#else
  private import CCrypto
#endif

package struct SHA256: Sendable {
  #if canImport(CommonCrypto)
    private var running = CC_SHA256_CTX()

    package init() { CC_SHA256_Init(&running) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      // A length there has 32 bits.
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = rest.prefix(1 << 30)
        CC_SHA256_Update(
          &running, UnsafeRawBufferPointer(rebasing: piece).baseAddress, CC_LONG(piece.count))
        rest = rest.dropFirst(piece.count)
      }
    }
  #else
    private var running = SHA256_CTX()

    package init() { SHA256_Init(&running) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      SHA256_Update(&running, bytes.baseAddress, bytes.count)
    }
  #endif

  /// The digest of all bytes so far; the value stays usable for more.
  package func finish() -> Digest {
    var copy = running
    var bytes = SIMD32<UInt8>()
    withUnsafeMutableBytes(of: &bytes) { room in
      let place = room.bindMemory(to: UInt8.self).baseAddress
      #if canImport(CommonCrypto)
        _ = CC_SHA256_Final(place, &copy)
      #else
        _ = SHA256_Final(place, &copy)
      #endif
    }
    return Digest(bytes: bytes)
  }
}
