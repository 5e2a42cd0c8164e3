/// A stable sort of numbers that is quick for millions of them.

package enum SortOrder {
  /// The ascending order by the first column, then by the second and so on, as rows.
  package static func ascending(by columns: [[Double]]) -> [Int32] {
    guard let last = columns.last else { return [] }
    var order = ascending(last).order
    for column in columns.dropLast().reversed() {
      let next = ascending(order.map { column[Int($0)] }).order
      order = next.map { order[Int($0)] }
    }
    return order
  }

  /// The ascending order of `x`, all finite, as rows, and x in that order; equal numbers stay in the
  /// order of the input.
  ///
  /// A radix sort on the bits, least digit first: digits that all numbers share cost nothing. -0
  /// comes out as 0.
  package static func ascending(_ x: [Double]) -> (order: [Int32], sorted: [Double]) {
    if zip(x, x.dropFirst()).allSatisfy({ $0 <= $1 }) { return (rows(x.count), x.map { $0 + 0 }) }
    if let counted = counted(x) { return counted }
    let (order, keys) = ascending(keys: x.map(key))
    return (order, keys.map(number))
  }

  /// The same of whole numbers that are near each other, as counts are: in one deal; nil for others.
  private static func counted(_ x: [Double]) -> (order: [Int32], sorted: [Double])? {
    let (least, most) = (x.min() ?? 0, x.max() ?? 0)
    guard abs(least) < 0x1p52, most - least < Double(min(mostCounted, x.count)),
      x.allSatisfy({ $0 == $0.rounded() })
    else { return nil }
    var places = [Int](repeating: 0, count: Int(most - least) + 2)
    for number in x { places[Int(number - least) + 1] += 1 }
    for value in 1..<places.count { places[value] += places[value - 1] }
    let ends = Array(places.dropFirst())
    let sorted = [Double](unsafeUninitializedCapacity: x.count) { buffer, filled in
      for (value, end) in ends.enumerated() {
        // -0 comes out as 0.
        while filled < end {
          buffer.initializeElement(at: filled, to: least + Double(value) + 0)
          filled += 1
        }
      }
    }
    var order = [Int32](repeating: 0, count: x.count)
    var dealt = order.mutableSpan
    var next = places.mutableSpan
    for row in x.indices {
      let value = Int(x[row] - least)
      dealt[next[value]] = Int32(row)
      next[value] += 1
    }
    return (order, sorted)
  }

  /// The places of more values would not stay near the processor.
  private static let mostCounted = 1 << 15

  private static func rows(_ count: Int) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: count) { buffer, filled in
      for row in 0..<count { buffer.initializeElement(at: row, to: Int32(row)) }
      filled = count
    }
  }

  /// The same for any 64 bits.
  package static func ascending(keys: [UInt64]) -> (order: [Int32], sorted: [UInt64]) {
    var keys = keys
    var order = rows(keys.count)
    var nextKeys = keys
    var nextOrder = order
    let counts = counts(of: keys)
    for digit in 0..<digits {
      let shift = UInt64(digit * bits)
      var places = Array(counts[digit << bits..<(digit + 1) << bits])
      if places.contains(keys.count) { continue }
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
    return (order, keys)
  }

  /// How many keys have each value of each digit, [digit][value].
  private static func counts(of keys: [UInt64]) -> [Int] {
    var counts = [Int](repeating: 0, count: digits << bits)
    var span = counts.mutableSpan
    for key in keys {
      var rest = key
      for digit in 0..<digits {
        span[digit << bits | Int(rest & mask)] += 1
        rest >>= UInt64(bits)
      }
    }
    return counts
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
  @inline(__always)
  static func key(_ number: Double) -> UInt64 {
    let bits = (number + 0).bitPattern
    return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
  }

  private static func number(_ key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 0 ? ~key : key & ~(1 << 63))
  }
}
