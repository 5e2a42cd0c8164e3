/// A stable sort of numbers that is quick for millions of them.

enum SortOrder {
  /// The ascending order of `x`, all finite, as rows, and x in that order; equal numbers stay in the
  /// order of the input.
  ///
  /// A radix sort on the bits, least digit first: digits that all numbers share cost nothing.
  static func ascending(_ x: [Double]) -> (order: [Int32], sorted: [Double]) {
    var order = [Int32](unsafeUninitializedCapacity: x.count) { buffer, count in
      for row in x.indices { buffer.initializeElement(at: row, to: Int32(row)) }
      count = x.count
    }
    if zip(x, x.dropFirst()).allSatisfy({ $0 <= $1 }) { return (order, x) }
    var keys = x.map(key)
    var nextKeys = keys
    var nextOrder = order
    for digit in 0..<digits {
      let shift = UInt64(digit * bits)
      var places = [Int](repeating: 0, count: 1 << bits)
      for key in keys { places[Int(key >> shift & mask)] += 1 }
      if places.contains(x.count) { continue }
      var place = 0
      for value in places.indices {
        let size = places[value]
        places[value] = place
        place += size
      }
      deal(keys, order, shift: shift, to: &nextKeys, &nextOrder, places: &places)
      swap(&keys, &nextKeys)
      swap(&order, &nextOrder)
    }
    return (order, keys.map(number))
  }

  /// Puts each row where its digit's next place is.
  private static func deal(
    _ keys: [UInt64], _ order: [Int32], shift: UInt64, to nextKeys: inout [UInt64],
    _ nextOrder: inout [Int32], places: inout [Int]
  ) {
    var dealtKeys = nextKeys.mutableSpan
    var dealtOrder = nextOrder.mutableSpan
    var places = places.mutableSpan
    for row in keys.indices {
      let value = Int(keys[row] >> shift & mask)
      let place = places[value]
      dealtKeys[place] = keys[row]
      dealtOrder[place] = order[row]
      places[value] = place + 1
    }
  }

  /// Six digits of 11 bits hold the 64 of a key.
  private static let bits = 11
  private static let digits = 6
  private static let mask: UInt64 = 1 << 11 - 1

  /// Bits that are in the order of the numbers: the sign bit of positive ones set, all bits of
  /// negative ones turned. Adding 0 makes -0 and 0 the same.
  private static func key(_ number: Double) -> UInt64 {
    let bits = (number + 0).bitPattern
    return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
  }

  private static func number(_ key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 0 ? ~key : key & ~(1 << 63))
  }
}
