/// SHA-1 of bytes that come in pieces (FIPS 180-4; the names are the standard's). Git names files by
/// it; nothing here relies on it against an attacker.

package struct SHA1: Sendable {
  /// H, the hash value so far.
  private var hash: [UInt32] = [
    0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0,
  ]
  /// W, the message schedule, [round].
  private var schedule = [UInt32](repeating: 0, count: 80)
  private var blocks = HashBlocks()

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    // Taken out meanwhile, as `compress` changes the rest.
    var blocks = blocks
    self.blocks = HashBlocks()
    blocks.feed(bytes) { compress($0) }
    self.blocks = blocks
  }

  /// The 20 bytes of the hash of all bytes so far; the value stays usable for more.
  package func finish() -> [UInt8] {
    var padded = self
    blocks.padding.withUnsafeBytes { padded.update($0) }
    return padded.hash.flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) }
    }
  }

  private mutating func compress(_ block: UnsafeRawBufferPointer) {
    var (a, b, c, d, e) = (hash[0], hash[1], hash[2], hash[3], hash[4])
    schedule.withUnsafeMutableBufferPointer { w in
      for t in 0..<16 {
        w[t] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 * t, as: UInt32.self))
      }
      for t in 16..<80 { w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1) }
      for t in 0..<80 {
        let (f, k): (UInt32, UInt32) =
          switch t {
          case ..<20: ((b & c) ^ (~b & d), 0x5a82_7999)
          case ..<40: (b ^ c ^ d, 0x6ed9_eba1)
          case ..<60: ((b & c) ^ (b & d) ^ (c & d), 0x8f1b_bcdc)
          default: (b ^ c ^ d, 0xca62_c1d6)
          }
        let t1 = rotate(a, 5) &+ f &+ e &+ k &+ w[t]
        (e, d, c, b, a) = (d, c, rotate(b, 30), a, t1)
      }
    }
    for (index, word) in [a, b, c, d, e].enumerated() { hash[index] &+= word }
  }
}

@inline(__always)
private func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
  word << count | word >> (32 - count)
}
