/// GGUF, versions 2 and 3, little-endian: metadata, tensor directory, data at an alignment.
///
/// The format: ggml's docs/gguf.md.
package import TareCore

package enum GGUF: WeightFormat {
  package static let key = "gguf"
  package static let summary = "GGUF version 2 or 3 (.gguf)"

  package static func recognises(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: Array("GGUF".utf8))
  }

  package static func directory(
    of bytes: UnsafeRawBufferPointer
  ) throws(TareError) -> WeightDirectory {
    var cursor = ByteCursor(bytes)
    _ = try cursor.take(4)
    let version = try cursor.integer(UInt32.self)
    guard version == 2 || version == 3 else {
      let found = version.byteSwapped <= 3 ? "a big-endian file" : "version \(version)"
      throw cursor.error(found, "GGUF version 2 or 3, little-endian")
    }
    // The smallest directory entry: name length 8, dimensions 4, type 4, offset 8.
    let tensorCount = try cursor.count(of: 24)
    // The smallest pair: key length 8, type 4, one byte of value.
    let pairCount = try cursor.count(of: 13)

    var metadata = JSONObject()
    for index in 0..<pairCount {
      cursor.place = "metadata entry \(index)"
      let key = try cursor.string()
      cursor.place = "metadata '\(key)'"
      let type = try cursor.integer(UInt32.self)
      guard metadata[key] == nil else { throw cursor.error("a duplicate key", "unique keys") }
      metadata[key] = try value(type, &cursor, depth: 0)
    }
    cursor.place = "metadata 'general.alignment'"
    let alignment = metadata["general.alignment"].map { $0.int ?? 0 } ?? 32
    guard alignment >= 8, alignment <= 1 << 20, alignment % 8 == 0 else {
      throw cursor.error("\(alignment)", "a multiple of 8 up to 1048576")
    }

    var entries: [(name: String, shape: [Int], type: TensorType, size: Int, offset: Int)] = []
    entries.reserveCapacity(tensorCount)
    for index in 0..<tensorCount {
      cursor.place = "tensor \(index)"
      entries.append(try tensor(&cursor, alignment: alignment))
    }
    let dataStart = (cursor.position + alignment - 1) / alignment * alignment
    var tensors: [TensorEntry] = []
    for entry in entries {
      let (start, overflow) = dataStart.addingReportingOverflow(entry.offset)
      guard !overflow, start <= bytes.count, entry.size <= bytes.count - start else {
        throw .badData(
          place: "tensor '\(entry.name)'",
          found: "\(entry.size) bytes of data at offset \(entry.offset) in a file of "
            + "\(bytes.count) bytes",
          accepted: "data inside the file (is it truncated?)")
      }
      tensors.append(
        TensorEntry(
          name: entry.name, shape: entry.shape, type: entry.type,
          range: start..<(start + entry.size)))
    }
    return WeightDirectory(
      metadata: metadata, tensors: try checked(tensors, fileSize: bytes.count))
  }

  /// One metadata value; the numbers of the types are GGUF's.
  private static func value(
    _ type: UInt32, _ cursor: inout ByteCursor, depth: Int
  ) throws(TareError) -> JSONValue {
    switch type {
    case 0: return .int(Int(try cursor.integer(UInt8.self)))
    case 1: return .int(Int(try cursor.integer(Int8.self)))
    case 2: return .int(Int(try cursor.integer(UInt16.self)))
    case 3: return .int(Int(try cursor.integer(Int16.self)))
    case 4: return .int(Int(try cursor.integer(UInt32.self)))
    case 5: return .int(Int(try cursor.integer(Int32.self)))
    case 6: return .double(Double(Float(bitPattern: try cursor.integer(UInt32.self))))
    case 7:
      let byte = try cursor.integer(UInt8.self)
      guard byte < 2 else { throw cursor.error("the boolean \(byte)", "0 or 1") }
      return .bool(byte == 1)
    case 8: return .string(try cursor.string())
    case 9:
      guard depth < 4 else {
        throw cursor.error("arrays nested more deeply", "at most 4 levels of arrays")
      }
      let element = try cursor.integer(UInt32.self)
      let length = try cursor.count(of: smallest(element))
      var values: [JSONValue] = []
      values.reserveCapacity(length)
      for _ in 0..<length { values.append(try value(element, &cursor, depth: depth + 1)) }
      return .array(values)
    case 10:
      let number = try cursor.integer(UInt64.self)
      return Int(exactly: number).map { .int($0) } ?? .double(Double(number))
    case 11: return .int(Int(try cursor.integer(Int64.self)))
    case 12: return .double(Double(bitPattern: try cursor.integer(UInt64.self)))
    default: throw cursor.error("the value type \(type)", "0 to 12")
    }
  }

  /// The fewest bytes that a value of this type takes.
  private static func smallest(_ type: UInt32) -> Int {
    switch type {
    case 2, 3: 2
    case 4, 5, 6: 4
    case 8, 10, 11, 12: 8
    case 9: 12
    default: 1
    }
  }

  private static func tensor(
    _ cursor: inout ByteCursor, alignment: Int
  ) throws(TareError) -> (name: String, shape: [Int], type: TensorType, size: Int, offset: Int) {
    let name = try cursor.string()
    cursor.place = "tensor '\(name)'"
    let dimensions = try cursor.integer(UInt32.self)
    guard (1...4).contains(dimensions) else {
      throw cursor.error("\(dimensions) dimensions", "1 to 4")
    }
    var shape: [Int] = []
    var values = 1
    for _ in 0..<dimensions {
      let extent = try cursor.integer(UInt64.self)
      let (product, overflow) = values.multipliedReportingOverflow(
        by: Int(exactly: extent) ?? Int.max)
      guard extent > 0, !overflow, product <= 1 << 48 else {
        throw cursor.error("the extent \(extent)", "a positive size that fits in memory")
      }
      values = product
      shape.insert(Int(extent), at: 0)
    }
    let number = try cursor.integer(UInt32.self)
    guard let type = TensorType.gguf.first(where: { $0.rawValue == Int32(exactly: number) }) else {
      throw cursor.error(
        "the tensor type "
          + (TensorType.unreadNames[number].map { "\($0) (\(number))" } ?? "\(number)"),
        TensorType.gguf.map(\.name).joined(separator: ", "))
    }
    guard shape[shape.count - 1] % type.blockValues == 0 else {
      throw cursor.error(
        "rows of \(shape[shape.count - 1]) values in \(type.name)",
        "a multiple of \(type.blockValues)")
    }
    let offset = try cursor.integer(UInt64.self)
    guard let offset = Int(exactly: offset), offset % alignment == 0 else {
      throw cursor.error("the offset \(offset)", "a multiple of the alignment, \(alignment)")
    }
    return (name, shape, type, values / type.blockValues * type.blockBytes, offset)
  }
}
