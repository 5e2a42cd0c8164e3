/// The different values of a leaf, where writing each once is shorter.
internal import TareCore

struct WrittenDictionary {
  /// A place in the leaf's column for each of them.
  private(set) var slots: [Int] = []
  /// Which of them each value is, [value].
  private(set) var codes: [UInt32] = []

  /// Readers hold dictionaries in their caches up to about this size.
  private static let mostBytes = 1 << 20
  private static let mostNumbers = 1 << 16
  /// After so many values it is known whether they repeat.
  private static let sample = 4096

  /// - Returns: nil where values repeat too little.
  init?(_ entries: LeafEntries) {
    guard entries.slots.count > 1 else { return nil }
    switch (entries.leaf.physical, entries.column.values) {
    case (.int64, .integers(let values)), (.int32, .integers(let values)):
      guard numbers(entries, { UInt64(bitPattern: values[$0]) }) else { return nil }
    case (.double, .numbers(let values)), (.float, .numbers(let values)):
      guard numbers(entries, { values[$0].bitPattern }) else { return nil }
    case (.byteArray, .names(let known, _)):
      guard names(entries, known) else { return nil }
    case (.byteArray, .texts(let texts)):
      guard self.texts(entries, texts) else { return nil }
    default: return nil
    }
    guard slots.count * 2 <= codes.count else { return nil }
  }

  private mutating func numbers(_ entries: LeafEntries, _ bits: (Int) -> UInt64) -> Bool {
    var table = NumberTable()
    codes.reserveCapacity(entries.slots.count)
    for index in 0..<entries.slots.count {
      let slot = entries.slots[index]
      let code = table.code(bits(slot))
      if code == slots.count {
        slots.append(slot)
        // A number takes eight bytes, and its code as many bits as there are of them.
        if slots.count > Self.mostNumbers || (index > Self.sample && slots.count * 4 > index) {
          return false
        }
      }
      codes.append(UInt32(code))
    }
    return slots.count * 4 <= entries.slots.count
  }

  private mutating func names(_ entries: LeafEntries, _ known: [Int32]) -> Bool {
    let count = Int(known.max() ?? 0) + 1
    var numbers = [Int32](repeating: -1, count: count)
    codes.reserveCapacity(entries.slots.count)
    var size = 0
    for index in 0..<entries.slots.count {
      let slot = entries.slots[index]
      let name = Int(known[slot])
      if numbers[name] < 0 {
        numbers[name] = Int32(slots.count)
        slots.append(slot)
        size += 4 + (entries.column.textRange(slot)?.count ?? 0)
        if size > Self.mostBytes { return false }
      }
      codes.append(UInt32(numbers[name]))
    }
    return true
  }

  private mutating func texts(_ entries: LeafEntries, _ texts: Texts) -> Bool {
    var interned = InternedTexts()
    codes.reserveCapacity(entries.slots.count)
    return texts.bytes.withUnsafeBytes { bytes in
      for index in 0..<entries.slots.count {
        let slot = entries.slots[index]
        let range = texts.starts[slot]..<texts.starts[slot + 1]
        let code = interned.number(UnsafeRawBufferPointer(rebasing: bytes[range]))
        if Int(code) == slots.count {
          slots.append(slot)
          if interned.bytes.count + 4 * slots.count > Self.mostBytes
            || (index > Self.sample && slots.count * 2 > index)
          {
            return false
          }
        }
        codes.append(UInt32(code))
      }
      return true
    }
  }
}

/// Different numbers, numbered in the order in which they first appear.
private struct NumberTable {
  private var keys: [UInt64] = []
  /// Open addressing: a number's code, or -1, [slot]; a power of two of them, at most half full.
  private var slots = [Int32](repeating: -1, count: 256)

  mutating func code(_ key: UInt64) -> Int {
    var slot = place(key)
    while slots[slot] >= 0 {
      if keys[Int(slots[slot])] == key { return Int(slots[slot]) }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Int32(keys.count)
    keys.append(key)
    if keys.count * 2 > slots.count { grow() }
    return keys.count - 1
  }

  private func place(_ key: UInt64) -> Int {
    // Fibonacci hashing: the high bits of the product depend on all of the key.
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & (slots.count - 1)
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (index, key) in keys.enumerated() {
      var slot = place(key)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(index)
    }
  }
}
