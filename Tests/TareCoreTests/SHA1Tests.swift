import TareCore
import Testing

@Suite struct SHA1Tests {
  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private func hash(_ text: String) -> String {
    var hash = SHA1()
    Array(text.utf8).withUnsafeBytes { hash.update($0) }
    return hex(hash.finish())
  }

  // The examples of FIPS 180-4 (csrc.nist.gov, "SHA1.pdf"), and what `git hash-object` prints.
  @Test func `the standard's examples come out`() {
    #expect(hash("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(
      hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    #expect(hash("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    #expect(
      hash(String(repeating: "a", count: 1_000_000)) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f")
    #expect(hash("blob 0\0") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
  }

  @Test func `pieces of any length give the whole's hash`() {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 31) }
    var whole = SHA1()
    bytes.withUnsafeBytes { whole.update($0) }
    for length in [1, 3, 55, 56, 63, 64, 65, 119, 128, 299] {
      var hash = SHA1()
      for start in stride(from: 0, to: bytes.count, by: length) {
        Array(bytes[start..<min(start + length, bytes.count)]).withUnsafeBytes { hash.update($0) }
      }
      #expect(hash.finish() == whole.finish(), "\(length)")
    }
  }
}
