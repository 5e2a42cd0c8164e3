/// Thrift's compact protocol, in which Parquet writes its footer and page headers.
internal import TareCore

struct ThriftReader {
  private let bytes: ParquetBytes
  private(set) var position = 0

  /// Deeper than any structure of Parquet.
  private static let deepest = 32

  enum Kind: UInt8 {
    case stop = 0
    case yes, no, byte, int16, int32, int64, double, binary, list, set, map, structure
  }

  init(_ bytes: ParquetBytes) { self.bytes = bytes }

  /// Reads a structure: `field` is called with the number and kind of each field, and reads the
  /// value or
  /// says that it did not, so that it is skipped.
  mutating func structure(
    _ field: (inout ThriftReader, Int, Kind) throws(TareError) -> Bool
  ) throws(TareError) {
    var number = 0
    while true {
      let head = try bytes.byte(position)
      position += 1
      guard let kind = Kind(rawValue: head & 0x0F) else {
        throw .parquet("a field of the unknown kind \(head & 0x0F)")
      }
      if kind == .stop { return }
      if head >> 4 == 0 {
        number = Int(truncatingIfNeeded: Int16(truncatingIfNeeded: try bytes.zigzag(&position)))
      } else {
        number += Int(head >> 4)
      }
      guard try !field(&self, number, kind) else { continue }
      try skip(kind, depth: 0)
    }
  }

  mutating func integer(_ kind: Kind) throws(TareError) -> Int {
    switch kind {
    case .byte:
      let byte = try bytes.byte(position)
      position += 1
      return Int(Int8(bitPattern: byte))
    case .int16, .int32, .int64: return Int(try bytes.zigzag(&position))
    default: throw .parquet("\(kind) where an integer belongs")
    }
  }

  /// An integer that counts something.
  mutating func count(_ kind: Kind) throws(TareError) -> Int {
    let value = try integer(kind)
    guard value >= 0 else { throw .parquet("the count \(value)") }
    return value
  }

  func bool(_ kind: Kind) throws(TareError) -> Bool {
    switch kind {
    case .yes: return true
    case .no: return false
    default: throw .parquet("\(kind) where a boolean belongs")
    }
  }

  mutating func binary(_ kind: Kind) throws(TareError) -> ParquetBytes {
    guard kind == .binary else { throw .parquet("\(kind) where bytes belong") }
    let count = try length()
    let slice = try bytes.slice(position, count)
    position += count
    return slice
  }

  mutating func text(_ kind: Kind) throws(TareError) -> String {
    let bytes = try binary(kind)
    guard let text = String(validating: bytes.buffer, as: UTF8.self) else {
      throw .parquet("a name that is not UTF-8")
    }
    return text
  }

  /// Calls `element` for each element of a list, which must read it.
  ///
  /// - Parameter least: bytes that an element takes at least, so that what is made of a list is
  /// not much
  ///   larger than the list.
  mutating func list(
    _ kind: Kind, least: Int = 1, _ element: (inout ThriftReader, Kind) throws(TareError) -> Void
  ) throws(TareError) {
    guard kind == .list || kind == .set else { throw .parquet("\(kind) where a list belongs") }
    let (count, kind) = try listHead()
    guard count <= (bytes.count - position) / least else {
      throw .parquet("a list of \(count) elements")
    }
    for _ in 0..<count { try element(&self, kind) }
  }

  private mutating func listHead() throws(TareError) -> (count: Int, kind: Kind) {
    let head = try bytes.byte(position)
    position += 1
    let count = head >> 4 == 15 ? try length() : Int(head >> 4)
    // fastparquet writes empty lists of no kind.
    guard let kind = Kind(rawValue: head & 0x0F), kind != .stop || count == 0 else {
      throw .parquet("a list of the unknown kind \(head & 0x0F)")
    }
    // Every element takes a byte at least.
    guard count <= bytes.count - position else { throw .parquet("a list of \(count) elements") }
    return (count, kind)
  }

  /// A length, of no more than there are bytes left.
  private mutating func length() throws(TareError) -> Int {
    let count = try bytes.varint(&position)
    guard count <= UInt64(bytes.count - position) else { throw .parquet("the length \(count)") }
    return Int(count)
  }

  private mutating func skip(_ kind: Kind, depth: Int) throws(TareError) {
    guard depth < Self.deepest else { throw .parquet("structures nested too deep") }
    switch kind {
    case .stop, .yes, .no: break
    case .byte: position += 1
    case .int16, .int32, .int64: _ = try bytes.varint(&position)
    case .double: position += 8
    case .binary: position += try length()
    case .list, .set:
      let (count, kind) = try listHead()
      for _ in 0..<count { try skipElement(kind, depth) }
    case .map:
      let count = try length()
      guard count > 0 else { return }
      let kinds = try bytes.byte(position)
      position += 1
      guard let key = Kind(rawValue: kinds >> 4), let value = Kind(rawValue: kinds & 0x0F),
        key != .stop, value != .stop
      else { throw .parquet("a map of an unknown kind") }
      for _ in 0..<count {
        try skipElement(key, depth)
        try skipElement(value, depth)
      }
    case .structure:
      try structure { (reader, _, kind) throws(TareError) in
        try reader.skip(kind, depth: depth + 1)
        return true
      }
    }
    guard position <= bytes.count else { throw .parquetEnd }
  }

  /// Booleans take a byte in a list, and none in a field.
  private mutating func skipElement(_ kind: Kind, _ depth: Int) throws(TareError) {
    if kind == .yes || kind == .no { position += 1 }
    try skip(kind, depth: depth + 1)
  }
}
