/// Expected digests are those of Python 3.11's `hashlib.sha256`.
import TareCore
import Testing

@Suite struct DigestTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("é\u{0}😀", "2ef3b1c8e8eed9fe539f0f94927fc4760bbe9fa9366d5899e201ddfcd0e1470e"),
  ])
  func `a text has the digest of its UTF-8 bytes`(text: String, hex: String) {
    #expect(Digest(of: text).description == hex)
  }

  /// Every length around one and two blocks, where the padding takes another block or not.
  @Test func `lengths around the block's are padded rightly`() {
    var all = SHA256()
    for length in 0...130 {
      let text = String(repeating: "x", count: length)
      Array(Digest(of: text).description.utf8).withUnsafeBytes { all.update($0) }
    }
    let chain = "87aca1c44bc7ba8897768170211f0a02063de70801131ff86c7edb9ce32c6a50"
    #expect(all.finish().description == chain)
  }

  @Test(arguments: [1, 7, 63, 64, 65, 1000])
  func `pieces give the digest of the whole`(size: Int) {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var hash = SHA256()
    for start in stride(from: 0, to: bytes.count, by: size) {
      bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { hash.update($0) }
    }
    #expect(hash.finish() == bytes.withUnsafeBytes { Digest(of: $0) })
  }

  @Test func `hexadecimal text is read back, other text refused`() {
    let digest = Digest(of: "tare")
    #expect(Digest(hex: digest.description) == digest)
    #expect(Digest(hex: digest.description.uppercased()) == digest)
    #expect(Digest(hex: "abc") == nil)
    #expect(Digest(hex: String(repeating: "g", count: 64)) == nil)
  }
}
