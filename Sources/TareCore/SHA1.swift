/// SHA-1 of bytes that come in pieces (FIPS 180-4). Git names files by it; nothing here relies on it
/// against an attacker.
private import Crypto

package struct SHA1: Sendable {
  private var running = Insecure.SHA1()

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    running.update(bufferPointer: bytes)
  }

  /// The 20 bytes of the hash of all bytes so far; the value stays usable for more.
  package func finish() -> [UInt8] { Array(running.finalize()) }
}
