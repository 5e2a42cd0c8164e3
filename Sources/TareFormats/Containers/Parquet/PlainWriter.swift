/// Values in PLAIN encoding.
internal import TareCore

struct PlainWriter {
  private let entries: LeafEntries

  init(_ entries: LeafEntries) { self.entries = entries }

  /// Bytes of a range of the leaf's values.
  func size(of range: Range<Int>) -> Int {
    switch entries.leaf.physical {
    case .boolean: return range.count / 8 + 1
    case .int32, .int64, .float, .double, .int96, .fixedLengthByteArray:
      let size = entries.leaf.physical.size(typeLength: entries.leaf.element.typeLength)
      return range.count * (size ?? 8)
    case .byteArray:
      return range.reduce(0) { $0 + 4 + (entries.column.textRange(entries.slots[$1])?.count ?? 0) }
    }
  }

  func append(_ range: Range<Int>, to bytes: inout [UInt8]) throws(TareError) {
    if case .range(let all) = entries.slots {
      try append(all.lowerBound + range.lowerBound..<all.lowerBound + range.upperBound, in: &bytes)
    } else if case .some(let slots) = entries.slots {
      try append(slots[range], in: &bytes)
    }
  }

  func append(_ slots: [Int], to bytes: inout [UInt8]) throws(TareError) {
    try append(slots[...], in: &bytes)
  }

  private func append(
    _ slots: some RandomAccessCollection<Int>, in bytes: inout [UInt8]
  ) throws(TareError) {
    switch (entries.leaf.physical, entries.column.values) {
    case (_, .nothing): break
    case (.boolean, .bools(let values)):
      var byte: UInt8 = 0
      var filled: UInt8 = 0
      for slot in slots {
        if values[slot] { byte |= 1 << filled }
        filled += 1
        if filled == 8 {
          bytes.append(byte)
          (byte, filled) = (0, 0)
        }
      }
      if filled > 0 { bytes.append(byte) }
    case (.int32, .integers(let values)):
      for slot in slots {
        guard let value = Int32(exactly: values[slot]) else {
          throw mismatch("\(values[slot])", "integers of 32 bits")
        }
        Self.append(value, to: &bytes)
      }
    case (.int64, .integers(let values)):
      Self.append(slots, of: Int64.self, to: &bytes) { values[$0] }
    case (.float, .numbers(let values)):
      Self.append(slots, of: Float.self, to: &bytes) { Float(values[$0]) }
    case (.double, .numbers(let values)):
      Self.append(slots, of: Double.self, to: &bytes) { values[$0] }
    case (.byteArray, .texts(let texts)):
      for slot in slots { try append(texts, slot, length: true, to: &bytes) }
    case (.byteArray, .names(let codes, let texts)):
      for slot in slots { try append(texts, Int(codes[slot]), length: true, to: &bytes) }
    case (.fixedLengthByteArray, .texts(let texts)), (.int96, .texts(let texts)):
      for slot in slots { try append(texts, slot, length: false, to: &bytes) }
    case (.fixedLengthByteArray, .names(let codes, let texts)),
      (.int96, .names(let codes, let texts)):
      for slot in slots { try append(texts, Int(codes[slot]), length: false, to: &bytes) }
    default:
      throw mismatch("values of a different type than in the rows before", "one type per column")
    }
  }

  private func append(
    _ texts: Texts, _ index: Int, length: Bool, to bytes: inout [UInt8]
  ) throws(TareError) {
    let range = texts.starts[index]..<texts.starts[index + 1]
    guard let count = Int32(exactly: range.count) else {
      throw mismatch("a text of \(range.count) bytes", "texts below 2 GiB")
    }
    if length {
      Self.append(count, to: &bytes)
    } else if entries.leaf.physical.size(typeLength: entries.leaf.element.typeLength) != range.count
    {
      throw mismatch("a value of \(range.count) bytes", "values of one size")
    }
    bytes.append(contentsOf: texts.bytes[range])
  }

  private func mismatch(_ found: String, _ accepted: String) -> TareError {
    .badData(place: "column '\(entries.leaf.element.name)'", found: found, accepted: accepted)
  }

  private static func append(_ value: Int32, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private static func append<Value: BitwiseCopyable>(
    _ slots: some RandomAccessCollection<Int>, of type: Value.Type, to bytes: inout [UInt8],
    _ value: (Int) -> Value
  ) {
    let size = MemoryLayout<Value>.size
    var place = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: slots.count * size))
    bytes.withUnsafeMutableBytes { out in
      for slot in slots {
        out.storeBytes(of: value(slot), toByteOffset: place, as: Value.self)
        place += size
      }
    }
  }
}

extension Column {
  /// Where the text of a row stands in the bytes of its texts.
  func textRange(_ row: Int) -> Range<Int>? {
    switch values {
    case .texts(let texts): texts.starts[row]..<texts.starts[row + 1]
    case .names(let codes, let texts):
      texts.starts[Int(codes[row])]..<texts.starts[Int(codes[row]) + 1]
    default: nil
    }
  }

  /// The bytes that `textRange` is of.
  var textBytes: [UInt8] {
    switch values {
    case .texts(let texts), .names(_, let texts): texts.bytes
    default: []
    }
  }
}
