/// The texts of a chunk's dictionary page, and of the dictionary of a whole column.
internal import TareCore

struct ChunkDictionary {
  private(set) var bytes: [UInt8] = []
  private(set) var starts: [Int] = [0]
  /// The number of each in the column's dictionary, once it was looked up.
  var numbers: [Int32]?

  var count: Int { starts.count - 1 }
  func range(_ index: Int) -> Range<Int> { starts[index]..<starts[index + 1] }
  func length(_ index: Int) -> Int { starts[index + 1] - starts[index] }

  init(bytes: [UInt8], starts: [Int]) {
    self.bytes = bytes
    self.starts = starts
  }
}

/// Different texts, numbered in the order in which they first appear.
struct InternedTexts: Sendable {
  private(set) var bytes: [UInt8] = []
  private(set) var starts: [Int] = [0]
  private var hashes: [UInt64] = []
  /// Open addressing: a text's number, or -1, [slot]; a power of two of them, at most half full.
  private var slots: [Int32] = []

  var count: Int { starts.count - 1 }
  func range(_ index: Int) -> Range<Int> { starts[index]..<starts[index + 1] }

  /// The number of each of a dictionary's texts, new ones added.
  mutating func numbers(of dictionary: ChunkDictionary) -> [Int32] {
    grow(for: count + dictionary.count)
    var numbers: [Int32] = []
    numbers.reserveCapacity(dictionary.count)
    dictionary.bytes.withUnsafeBytes { source in
      for index in 0..<dictionary.count {
        numbers.append(number(UnsafeRawBufferPointer(rebasing: source[dictionary.range(index)])))
      }
    }
    return numbers
  }

  /// The number of a text; room for it was made before.
  mutating func number(_ text: UnsafeRawBufferPointer) -> Int32 {
    if (count + 1) * 2 > slots.count { grow(for: count * 2 + 8) }
    let hash = Self.hash(text)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if hashes[index] == hash, isEqual(index, text) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    let number = Int32(truncatingIfNeeded: count)
    bytes.append(contentsOf: text)
    starts.append(bytes.count)
    hashes.append(hash)
    slots[slot] = number
    return number
  }

  private func isEqual(_ index: Int, _ text: UnsafeRawBufferPointer) -> Bool {
    let range = range(index)
    return range.count == text.count && bytes[range].elementsEqual(text)
  }

  /// Eight bytes at a time, each mixed by a multiplication whose halves are folded (as wyhash
  /// does).
  private static func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(text.count)
    func mix(_ word: UInt64) -> UInt64 {
      let product = (hash ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
      return product.high ^ product.low
    }
    var offset = 0
    while offset + 8 <= text.count {
      hash = mix(text.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < text.count {
      rest = rest << 8 | UInt64(text[offset])
      offset += 1
    }
    return mix(rest ^ 0xE703_7ED1_A0B4_28DB)
  }

  private mutating func grow(for count: Int) {
    var size = max(slots.count, 64)
    while size < count * 2 { size *= 2 }
    guard size > slots.count else { return }
    slots = [Int32](repeating: -1, count: size)
    for (index, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(index)
    }
  }
}
