/// SHA-1 of bytes that come in pieces (FIPS 180-4). Git names files by it; nothing here relies on it
/// against an attacker.
private import CCrypto

package struct SHA1: Sendable {
  private var running = SHA_CTX()

  package init() { SHA1_Init(&running) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    SHA1_Update(&running, bytes.baseAddress, bytes.count)
  }

  /// The 20 bytes of the hash of all bytes so far; the value stays usable for more.
  package func finish() -> [UInt8] {
    var copy = running
    var bytes = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
    SHA1_Final(&bytes, &copy)
    return bytes
  }
}
