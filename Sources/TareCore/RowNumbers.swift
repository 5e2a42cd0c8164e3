/// Numbers for what rows hold: equal things have the same number.

/// Counted from 0 in the order in which things first appear. Nothing is held but hashes: what has the
/// hash of something before is compared with it where it stands.
package struct RowNumbers: Sendable {
  /// The row in which each thing was first met, [number].
  package private(set) var firstRows: [Int32] = []
  /// [number]
  private var hashes: [Int] = []
  /// Open addressing: a number, or -1, [slot]; a power of two of them, at most half full.
  private var slots = [Int32](repeating: -1, count: 64)

  package init() {}

  /// - Parameter isSame: whether an earlier row holds the same.
  package mutating func number(of row: Int, hash: Int, isSame: (Int) -> Bool) -> Int32 {
    var slot = hash & (slots.count - 1)
    while slots[slot] >= 0 {
      let number = slots[slot]
      if hashes[Int(number)] == hash, isSame(Int(firstRows[Int(number)])) { return number }
      slot = (slot + 1) & (slots.count - 1)
    }
    let number = Int32(firstRows.count)
    slots[slot] = number
    firstRows.append(Int32(row))
    hashes.append(hash)
    if firstRows.count * 2 > slots.count { grow() }
    return number
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (number, hash) in hashes.enumerated() {
      var slot = hash & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(number)
    }
  }
}

extension RowNumbers {
  /// The number of each row's text, -1 where it has none.
  ///
  /// - Parameter text: appends the UTF-8 of a row's text, the same every time; false for none.
  package mutating func numbers(
    ofTexts count: Int, _ text: (Int, inout [UInt8]) -> Bool
  ) -> [Int32] {
    var (own, other, last): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
    var lastNumber: Int32 = -1
    return (0..<count).map { row in
      own.removeAll(keepingCapacity: true)
      guard text(row, &own) else { return -1 }
      // Rows of one prompt stand together as a rule.
      if lastNumber >= 0, own == last { return lastNumber }
      var hasher = Hasher()
      own.withUnsafeBytes { hasher.combine(bytes: $0) }
      lastNumber = number(of: row, hash: hasher.finalize()) { before in
        other.removeAll(keepingCapacity: true)
        _ = text(before, &other)
        return own == other
      }
      swap(&own, &last)
      return lastNumber
    }
  }
}
