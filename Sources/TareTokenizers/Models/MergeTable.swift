/// The merges of a byte-pair vocabulary, by the two tokens that each joins.
struct MergeTable: Sendable {
  /// What a pair becomes, and how good the merge is: 0 is best.
  struct Merge {
    var rank: Int32
    var id: Int32
  }

  /// Left and right token of each pair; all ones is a free place. At most half of the places are
  /// taken, and their number is a power of two.
  private var keys: [UInt64]
  private var merges: [Merge]

  private static let free = UInt64.max

  /// Room for `count` merges.
  init(count: Int) {
    var size = 2
    while size < 2 * count { size *= 2 }
    keys = Array(repeating: Self.free, count: size)
    merges = Array(repeating: Merge(rank: 0, id: 0), count: size)
  }

  /// Of two merges of the same pair the last counts, as in the `tokenizers` library.
  mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
    let key = Self.key(left, right)
    let place = place(of: key)
    keys[place] = key
    merges[place] = merge
  }

  @inline(__always)
  func find(_ left: Int32, _ right: Int32) -> Merge? {
    let key = Self.key(left, right)
    let place = place(of: key)
    return keys[place] == key ? merges[place] : nil
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private func place(of key: UInt64) -> Int {
    // Two rounds of multiplying and folding, so that both tokens reach all low bits.
    var mixed = key &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ mixed >> 32) &* 0xD6E8_FEB8_6659_FD93
    var place = Int(truncatingIfNeeded: mixed >> 32) & (keys.count - 1)
    while keys[place] != key, keys[place] != Self.free { place = (place + 1) & (keys.count - 1) }
    return place
  }
}
