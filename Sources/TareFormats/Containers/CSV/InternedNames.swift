/// Names, each kept once and numbered in the order in which they first appear.
import TareCore

/// Exact, not by hash alone: the bytes are kept, one after the other, and compared.
package struct InternedNames: Sendable {
  private var bytes: [UInt8] = []
  /// Where each name ends in `bytes`, [name].
  private var ends: [Int] = []
  /// The hash of each name, [name].
  private var hashes: [UInt64] = []
  /// Open addressing: a name's number, or -1, [slot]; a power of two of them, at most half full.
  private var slots = [Int32](repeating: -1, count: 64)

  package init() {}

  package var count: Int { ends.count }

  package subscript(index: Int) -> String {
    String(decoding: bytes[range(index)], as: UTF8.self)
  }

  /// Every name, in order.
  package var all: [String] { ends.indices.map { self[$0] } }

  /// The column of rows that have these names, -1 for none, [row].
  func column(_ codes: [Int32]) -> NameColumn { NameColumn(names: all, codes: codes) }

  private func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  /// The number of the name between two offsets.
  package mutating func number(in name: Span<UInt8>, _ start: Int, _ end: Int) -> Int32 {
    // FNV-1a, 64 bits; the high half is folded in since the slots take the low bits.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for offset in start..<end {
      hash = (hash ^ UInt64(name[offset])) &* 0x0000_0100_0000_01B3
    }
    hash ^= hash >> 32
    // Rows of one prompt stand together as a rule.
    if let last, hashes[last] == hash, isEqual(last, name, start, end) { return Int32(last) }
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if hashes[index] == hash, isEqual(index, name, start, end) {
        last = index
        return slots[slot]
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    let index = ends.count
    for offset in start..<end { bytes.append(name[offset]) }
    ends.append(bytes.count)
    hashes.append(hash)
    slots[slot] = Int32(index)
    last = index
    if ends.count * 2 > slots.count { grow() }
    return Int32(index)
  }

  /// The name that was asked for before.
  private var last: Int?

  private func isEqual(_ index: Int, _ name: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    let range = range(index)
    guard range.count == end - start else { return false }
    for offset in 0..<range.count
    where bytes[range.lowerBound + offset] != name[start + offset] {
      return false
    }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (index, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(index)
    }
  }
}
