/// Least and greatest value of a chunk, by which readers leave row groups out.
internal import TareCore

extension LeafEntries {
  /// The structure Statistics in Thrift; least and greatest only where their order is the plain
  /// one.
  ///
  /// - Parameter different: places of all different values, where they are known.
  func statistics(of different: [Int]?) -> [UInt8] {
    let bounds = self.bounds(of: different.map { .some($0) } ?? slots)
    // Without a place in a list there is no value either; all are counted as null.
    let nulls = count - slots.count
    return ThriftWriter.structure { writer in
      writer.field(3, int64: nulls)
      if let bounds {
        writer.field(5, bounds.greatest)
        writer.field(6, bounds.least)
      }
    }
  }

  private func bounds(of slots: Slots) -> (least: [UInt8], greatest: [UInt8])? {
    guard slots.count > 0 else { return nil }
    switch (leaf.physical, column.values) {
    case (.int32, .integers(let values)) where leaf.hasPlainOrder:
      let (least, greatest) = integers(values, slots)
      return (
        Self.bytes(Int32(truncatingIfNeeded: least)),
        Self.bytes(Int32(truncatingIfNeeded: greatest))
      )
    case (.int64, .integers(let values)) where leaf.hasPlainOrder:
      let (least, greatest) = integers(values, slots)
      return (Self.bytes(least), Self.bytes(greatest))
    case (.double, .numbers(let values)):
      guard let (least, greatest) = numbers(values, slots) else { return nil }
      return (Self.bytes(least.bitPattern), Self.bytes(greatest.bitPattern))
    case (.float, .numbers(let values)):
      guard let (least, greatest) = numbers(values, slots) else { return nil }
      return (Self.bytes(Float(least).bitPattern), Self.bytes(Float(greatest).bitPattern))
    case (.byteArray, .texts), (.byteArray, .names):
      return leaf.element.logical == .text ? texts(slots) : nil
    default: return nil
    }
  }

  private func integers(_ values: [Int64], _ slots: Slots) -> (Int64, Int64) {
    var (least, greatest) = (Int64.max, Int64.min)
    for index in 0..<slots.count {
      least = min(least, values[slots[index]])
      greatest = max(greatest, values[slots[index]])
    }
    return (least, greatest)
  }

  /// NaN has no place in the order, and both zeros are within it.
  private func numbers(_ values: [Double], _ slots: Slots) -> (Double, Double)? {
    var (least, greatest) = (Double.infinity, -Double.infinity)
    var isEmpty = true
    for index in 0..<slots.count {
      let value = values[slots[index]]
      guard !value.isNaN else { continue }
      isEmpty = false
      if value < least { least = value }
      if value > greatest { greatest = value }
    }
    guard !isEmpty else { return nil }
    return (least == 0 ? -0.0 : least, greatest == 0 ? 0.0 : greatest)
  }

  /// nil for texts so long that they would swell the footer.
  private func texts(_ slots: Slots) -> (least: [UInt8], greatest: [UInt8])? {
    let bytes = column.textBytes
    guard var least = column.textRange(slots[0]) else { return nil }
    var greatest = least
    bytes.withUnsafeBytes { bytes in
      func precedes(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        for offset in 0..<Swift.min(one.count, other.count) {
          let (left, right) = (bytes[one.lowerBound + offset], bytes[other.lowerBound + offset])
          if left != right { return left < right }
        }
        return one.count < other.count
      }
      for index in 0..<slots.count {
        guard let range = column.textRange(slots[index]) else { return }
        if precedes(range, least) { least = range }
        if precedes(greatest, range) { greatest = range }
      }
    }
    guard least.count <= 64, greatest.count <= 64 else { return nil }
    return (Array(bytes[least]), Array(bytes[greatest]))
  }

  private static func bytes(_ value: some FixedWidthInteger & BitwiseCopyable) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}

extension ParquetLeaf {
  /// Whether stored integers are ordered as signed numbers.
  fileprivate var hasPlainOrder: Bool {
    switch element.logical {
    case .plain, .date, .time, .timestamp, .decimal, .integer(_, isSigned: true): true
    default: false
    }
  }
}
