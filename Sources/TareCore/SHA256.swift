/// SHA-256 of bytes that come in pieces (FIPS 180-4).
private import CCrypto

package struct SHA256: Sendable {
  private var running = SHA256_CTX()

  package init() { SHA256_Init(&running) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    SHA256_Update(&running, bytes.baseAddress, bytes.count)
  }

  /// The digest of all bytes so far; the value stays usable for more.
  package func finish() -> Digest {
    var copy = running
    var bytes = SIMD32<UInt8>()
    withUnsafeMutableBytes(of: &bytes) { room in
      _ = SHA256_Final(room.bindMemory(to: UInt8.self).baseAddress, &copy)
    }
    return Digest(bytes: bytes)
  }
}
