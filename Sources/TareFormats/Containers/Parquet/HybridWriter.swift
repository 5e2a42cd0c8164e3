/// Writes Parquet's hybrid of run lengths and packed bits.

enum HybridWriter {
  /// - Parameter width: bits of a value, 0 to 32; no value has more.
  static func encoded<Value: FixedWidthInteger & UnsignedInteger>(
    _ values: ArraySlice<Value>, width: Int
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    var position = values.startIndex
    while position < values.endIndex {
      let run = runLength(values, position)
      if run >= 8 {
        bytes.append(varint: UInt64(run) << 1)
        for shift in stride(from: 0, to: width, by: 8) {
          bytes.append(UInt8(truncatingIfNeeded: UInt64(values[position]) >> UInt64(shift)))
        }
        position += run
        continue
      }
      var end = position
      repeat {
        end = min(end + 8, values.endIndex)
      } while end < values.endIndex && runLength(values, end, most: 8) < 8
      pack(values[position..<end], width: width, to: &bytes)
      position = end
    }
    return bytes
  }

  /// All of the values being one.
  static func encoded(repeating value: UInt8, count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(varint: UInt64(count) << 1)
    bytes.append(value)
    return bytes
  }

  private static func runLength<Value: FixedWidthInteger>(
    _ values: ArraySlice<Value>, _ start: Int, most: Int = .max
  ) -> Int {
    var end = start + 1
    let limit = most < values.endIndex - start ? start + most : values.endIndex
    while end < limit, values[end] == values[start] { end += 1 }
    return end - start
  }

  private static func pack<Value: FixedWidthInteger & UnsignedInteger>(
    _ values: ArraySlice<Value>, width: Int, to bytes: inout [UInt8]
  ) {
    let groups = (values.count + 7) / 8
    bytes.append(varint: UInt64(groups) << 1 | 1)
    var word: UInt64 = 0
    var filled = 0
    for offset in 0..<groups * 8 {
      let value = offset < values.count ? UInt64(values[values.startIndex + offset]) : 0
      word |= value << UInt64(filled)
      filled += width
      while filled >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: word))
        word >>= 8
        filled -= 8
      }
    }
  }
}
