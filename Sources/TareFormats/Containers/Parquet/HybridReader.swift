/// Parquet's hybrid of run lengths and packed bits: levels, codes of a dictionary, booleans.
internal import TareCore

struct HybridReader {
  private let bytes: ParquetBytes
  private var position = 0
  private let width: Int

  /// - Parameter width: bits of a value.
  init(_ bytes: ParquetBytes, width: Int) throws(TareError) {
    guard (0...32).contains(width) else { throw .parquet("values of \(width) bits") }
    self.bytes = bytes
    self.width = width
  }

  /// Whether all of the values are this one, and one run says so.
  func isOneRun(of value: UInt8, count: Int) -> Bool {
    var position = 0
    guard width <= 8, let head = try? bytes.varint(&position), head & 1 == 0,
      head >> 1 >= UInt64(count), let found = try? bytes.byte(position)
    else { return false }
    return found == value
  }

  /// Reads as many values as there is room for.
  mutating func read<Value: FixedWidthInteger & UnsignedInteger>(
    into out: UnsafeMutableBufferPointer<Value>
  ) throws(TareError) {
    guard width > 0 else {
      out.initialize(repeating: 0)
      return
    }
    var done = 0
    while done < out.count {
      let head = try bytes.varint(&position)
      guard head >> 1 <= UInt64(UInt32.max) else { throw .parquet("a run of \(head >> 1)") }
      let rest = out.count - done
      if head & 1 == 0 {
        let run = min(Int(head >> 1), rest)
        let value = try runValue(as: Value.self)
        UnsafeMutableBufferPointer(rebasing: out[done..<done + run]).update(repeating: value)
        done += run
      } else {
        let values = Int(head >> 1) * 8
        let run = min(values, rest)
        // The last run need not be whole.
        let needed = (run * width + 7) / 8
        let packed = try bytes.from(position)
        guard needed <= packed.count else { throw .parquetEnd }
        PackedBits(packed, width: width).read(
          into: UnsafeMutableBufferPointer(rebasing: out[done..<done + run]))
        position += min(values / 8 * width, packed.count)
        done += run
      }
    }
  }

  private mutating func runValue<Value: FixedWidthInteger & UnsignedInteger>(
    as type: Value.Type
  ) throws(TareError) -> Value {
    var value: UInt64 = 0
    for index in 0..<(width + 7) / 8 {
      value |= UInt64(try bytes.byte(position)) << UInt64(8 * index)
      position += 1
    }
    guard value < 1 << UInt64(width), let value = Value(exactly: value) else {
      throw .parquet("a run of \(value) where values have \(width) bits")
    }
    return value
  }
}

/// Numbers of one width packed without gaps, least significant bits first.
struct PackedBits {
  private let bytes: ParquetBytes
  private let width: Int

  /// - Parameter width: 1 to 64 bits.
  init(_ bytes: ParquetBytes, width: Int) {
    self.bytes = bytes
    self.width = width
  }

  /// - Precondition: the bytes hold that many values; values fit.
  func read<Value: FixedWidthInteger & UnsignedInteger>(
    into out: UnsafeMutableBufferPointer<Value>
  ) {
    precondition(width >= 1 && width <= 64 && (out.count * width + 7) / 8 <= bytes.count)
    guard let base = bytes.buffer.baseAddress else { return }
    // Values of at most 57 bits lie within the eight bytes at their first bit's byte.
    var whole = 0
    if width <= 57, bytes.count >= 8 {
      whole = min(out.count, ((bytes.count - 8) * 8 + 7) / width + 1)
      let mask: UInt64 = (1 << UInt64(width)) &- 1
      var bit = 0
      for index in 0..<whole {
        let word = UInt64(
          littleEndian: base.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self))
        out[index] = Value(truncatingIfNeeded: (word >> UInt64(bit & 7)) & mask)
        bit += width
      }
    }
    for index in whole..<out.count { out[index] = Value(truncatingIfNeeded: slowly(index)) }
  }

  /// A value bit by bit of its bytes.
  private func slowly(_ index: Int) -> UInt64 {
    var value: UInt64 = 0
    var bit = index * width
    var got = 0
    while got < width {
      let taken = min(8 - bit & 7, width - got)
      let byte = UInt64(bytes.buffer[bit >> 3]) >> UInt64(bit & 7)
      value |= (byte & ((1 << UInt64(taken)) - 1)) << UInt64(got)
      got += taken
      bit += taken
    }
    return value
  }
}
