/// A table of a FlatBuffer (Arrow's metadata), read in place with every offset checked.
internal import TareCore

struct FlatTable {
  private let bytes: ArrowBytes
  private let position: Int
  /// Where the table of its fields' offsets begins, and how long it is.
  private let vtable: Int
  private let vtableSize: Int

  /// The table that the bytes are all about.
  init(root bytes: ArrowBytes) throws(TareError) {
    try self.init(bytes, at: Int(try bytes.load(0, as: UInt32.self)))
  }

  private init(_ bytes: ArrowBytes, at position: Int) throws(TareError) {
    self.bytes = bytes
    self.position = position
    vtable = position - Int(try bytes.load(position, as: Int32.self))
    vtableSize = Int(try bytes.load(vtable, as: UInt16.self))
    guard vtableSize >= 4, vtable + vtableSize <= bytes.count else {
      throw .arrow("metadata with a table of \(vtableSize) bytes of offsets")
    }
  }

  /// Where a field stands; nil where it has its default.
  private func offset(_ field: Int) throws(TareError) -> Int? {
    let slot = 4 + 2 * field
    guard slot + 2 <= vtableSize else { return nil }
    let offset = Int(try bytes.load(vtable + slot, as: UInt16.self))
    return offset == 0 ? nil : position + offset
  }

  func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ field: Int, default value: Number
  ) throws(TareError) -> Number {
    guard let offset = try offset(field) else { return value }
    return try bytes.load(offset, as: Number.self)
  }

  func flag(_ field: Int, default value: Bool = false) throws(TareError) -> Bool {
    try number(field, default: UInt8(value ? 1 : 0)) != 0
  }

  /// What a field's offset leads to.
  private func target(_ offset: Int) throws(TareError) -> Int {
    offset + Int(try bytes.load(offset, as: UInt32.self))
  }

  func table(_ field: Int) throws(TareError) -> FlatTable? {
    guard let offset = try offset(field) else { return nil }
    return try FlatTable(bytes, at: try target(offset))
  }

  func tables(_ field: Int) throws(TareError) -> [FlatTable] {
    guard let (start, count) = try vector(field, size: 4) else { return [] }
    var tables: [FlatTable] = []
    for index in 0..<count {
      tables.append(try FlatTable(bytes, at: try target(start + 4 * index)))
    }
    return tables
  }

  /// Elements without offsets of their own: numbers or structs of `size` bytes.
  func elements(_ field: Int, size: Int) throws(TareError) -> ArrowBytes {
    guard let (start, count) = try vector(field, size: size) else { return .empty }
    return try bytes.slice(start, count * size)
  }

  func string(_ field: Int) throws(TareError) -> String? {
    guard let (start, count) = try vector(field, size: 1) else { return nil }
    let text = try bytes.slice(start, count)
    guard let string = String(validating: text.buffer, as: UTF8.self) else {
      throw .arrow("a name in the metadata that is not UTF-8")
    }
    return string
  }

  private func vector(
    _ field: Int, size: Int
  ) throws(TareError) -> (start: Int, count: Int)? {
    guard let offset = try offset(field) else { return nil }
    let start = try target(offset)
    let count = Int(try bytes.load(start, as: UInt32.self))
    guard count <= (bytes.count - start - 4) / size else {
      throw .arrow("metadata with \(count) elements that go past its end")
    }
    return (start + 4, count)
  }
}
