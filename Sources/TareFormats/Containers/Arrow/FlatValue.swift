/// Values of a FlatBuffer (Arrow's metadata) on their way to bytes.

package indirect enum FlatValue: Sendable {
  case int8(Int8)
  case int16(Int16)
  case int32(Int32)
  case int64(Int64)
  case string(String)
  /// By the numbers of the fields; nil for those that keep their default.
  case table([FlatValue?])
  case tables([FlatValue])
  /// Structs of 8-byte numbers, one behind the other.
  case structs([Int64], count: Int)

  package static func flag(_ value: Bool) -> FlatValue { .int8(value ? 1 : 0) }

  /// Bytes of the value in its table: of what does not fit, of the offset to it.
  fileprivate var size: Int {
    switch self {
    case .int8: 1
    case .int16: 2
    case .int64: 8
    case .int32, .string, .table, .tables, .structs: 4
    }
  }
}

/// Writes forward: what a table points at stands behind it, since offsets have no sign.
package struct FlatWriter {
  private var bytes: [UInt8] = [0, 0, 0, 0]

  /// - Parameter root: the fields of the table that the buffer is about.
  package static func bytes(_ root: [FlatValue?]) -> [UInt8] {
    var writer = FlatWriter()
    writer.point(0, at: .table(root))
    return writer.bytes
  }

  private mutating func align(_ size: Int, before room: Int = 0) {
    while (bytes.count + room) % size != 0 { bytes.append(0) }
  }

  private mutating func add(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func set(_ value: some FixedWidthInteger, at position: Int) {
    withUnsafeBytes(of: value.littleEndian) { value in
      for (offset, byte) in value.enumerated() { bytes[position + offset] = byte }
    }
  }

  /// Writes a value and the offset to it.
  private mutating func point(_ position: Int, at value: FlatValue) {
    let target = write(value)
    set(UInt32(target - position), at: position)
  }

  /// - Returns: where the value begins.
  private mutating func write(_ value: FlatValue) -> Int {
    switch value {
    case .int8, .int16, .int32, .int64: preconditionFailure("numbers stand in their tables")
    case .table(let fields): return write(fields)
    case .string(let text):
      align(4)
      let start = bytes.count
      add(UInt32(text.utf8.count))
      bytes += text.utf8
      bytes.append(0)
      return start
    case .tables(let tables):
      align(4)
      let start = bytes.count
      add(UInt32(tables.count))
      bytes += [UInt8](repeating: 0, count: 4 * tables.count)
      for (index, table) in tables.enumerated() { point(start + 4 + 4 * index, at: table) }
      return start
    case .structs(let numbers, let count):
      align(8, before: 4)
      let start = bytes.count
      add(UInt32(count))
      for number in numbers { add(number) }
      return start
    }
  }

  private mutating func write(_ fields: [FlatValue?]) -> Int {
    align(2)
    let vtable = bytes.count
    bytes += [UInt8](repeating: 0, count: 4 + 2 * fields.count)
    align(4)
    let start = bytes.count
    add(Int32(start - vtable))
    var pointers: [(position: Int, value: FlatValue)] = []
    for (index, field) in fields.enumerated() {
      guard let field else { continue }
      align(field.size)
      set(UInt16(bytes.count - start), at: vtable + 4 + 2 * index)
      switch field {
      case .int8(let number): add(number)
      case .int16(let number): add(number)
      case .int32(let number): add(number)
      case .int64(let number): add(number)
      case .string, .table, .tables, .structs:
        pointers.append((bytes.count, field))
        add(UInt32(0))
      }
    }
    set(UInt16(4 + 2 * fields.count), at: vtable)
    set(UInt16(bytes.count - start), at: vtable + 2)
    for pointer in pointers { point(pointer.position, at: pointer.value) }
    return start
  }
}
