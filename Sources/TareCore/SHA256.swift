/// SHA-256 of bytes that come in pieces (FIPS 180-4).
private import Crypto

package struct SHA256: Sendable {
  private var running = Crypto.SHA256()

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    running.update(bufferPointer: bytes)
  }

  /// The digest of all bytes so far; the value stays usable for more.
  package func finish() -> Digest {
    var bytes = SIMD32<UInt8>()
    for (index, byte) in running.finalize().enumerated() { bytes[index] = byte }
    return Digest(bytes: bytes)
  }
}
