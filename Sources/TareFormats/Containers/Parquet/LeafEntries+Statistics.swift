/// Least and greatest value of a chunk, by which readers leave row groups out.
internal import TareCore

extension LeafEntries {
  /// The structure Statistics in Thrift; least and greatest only where their order is the plain one.
  var statistics: [UInt8] {
    let bounds = self.bounds
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

  private var bounds: (least: [UInt8], greatest: [UInt8])? {
    guard slots.count > 0 else { return nil }
    switch (leaf.physical, column.values) {
    case (.int32, .integers(let values)) where leaf.hasPlainOrder:
      let (least, greatest) = integers(values)
      return (
        Self.bytes(Int32(truncatingIfNeeded: least)),
        Self.bytes(Int32(truncatingIfNeeded: greatest))
      )
    case (.int64, .integers(let values)) where leaf.hasPlainOrder:
      let (least, greatest) = integers(values)
      return (Self.bytes(least), Self.bytes(greatest))
    case (.double, .numbers(let values)):
      guard let (least, greatest) = numbers(values) else { return nil }
      return (Self.bytes(least.bitPattern), Self.bytes(greatest.bitPattern))
    case (.float, .numbers(let values)):
      guard let (least, greatest) = numbers(values) else { return nil }
      return (Self.bytes(Float(least).bitPattern), Self.bytes(Float(greatest).bitPattern))
    case (.byteArray, .texts), (.byteArray, .names):
      return leaf.element.logical == .text ? texts : nil
    default: return nil
    }
  }

  private func integers(_ values: [Int64]) -> (Int64, Int64) {
    var (least, greatest) = (Int64.max, Int64.min)
    for index in 0..<slots.count {
      least = min(least, values[slots[index]])
      greatest = max(greatest, values[slots[index]])
    }
    return (least, greatest)
  }

  /// NaN has no place in the order, and both zeros are within it.
  private func numbers(_ values: [Double]) -> (Double, Double)? {
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
  private var texts: (least: [UInt8], greatest: [UInt8])? {
    let bytes = column.textBytes
    guard var least = column.textRange(slots[0]) else { return nil }
    var greatest = least
    for index in 1..<max(1, slots.count) {
      guard let range = column.textRange(slots[index]) else { return nil }
      if bytes[range].lexicographicallyPrecedes(bytes[least]) { least = range }
      if bytes[greatest].lexicographicallyPrecedes(bytes[range]) { greatest = range }
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
