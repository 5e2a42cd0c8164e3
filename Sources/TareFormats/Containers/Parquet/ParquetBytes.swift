/// Bytes of a Parquet file or page, each access to which is checked.
internal import TareCore

/// A view; whoever makes one keeps the bytes alive while it is used.
// The bytes are only read, and stay where they are for as long as the views exist.
struct ParquetBytes: @unchecked Sendable {
  private let base: UnsafeRawPointer?
  let count: Int

  init(_ bytes: UnsafeRawBufferPointer) {
    base = bytes.baseAddress
    count = bytes.count
  }

  var isEmpty: Bool { count == 0 }
  var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  func slice(_ start: Int, _ length: Int) throws(TareError) -> ParquetBytes {
    guard start >= 0, length >= 0, start <= count, length <= count - start else {
      throw .parquet("\(length) bytes at offset \(start), past the end of \(count)")
    }
    return ParquetBytes(UnsafeRawBufferPointer(rebasing: buffer[start..<start + length]))
  }

  func from(_ start: Int) throws(TareError) -> ParquetBytes {
    try slice(start, count - start)
  }

  func byte(_ offset: Int) throws(TareError) -> UInt8 {
    guard offset >= 0, offset < count, let base else { throw .parquetEnd }
    return base.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// A little-endian number.
  func load<Number: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int, as type: Number.Type
  ) throws(TareError) -> Number {
    let size = MemoryLayout<Number>.size
    guard offset >= 0, count >= size, offset <= count - size, let base else { throw .parquetEnd }
    return Number(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  /// An unsigned number of seven bits a byte, least first; moves the position behind it.
  func varint(_ position: inout Int) throws(TareError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try byte(position)
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
      guard shift < 64 else { throw .parquet("a number of more than ten bytes") }
    }
  }

  func zigzag(_ position: inout Int) throws(TareError) -> Int64 {
    let value = try varint(&position)
    return Int64(truncatingIfNeeded: value >> 1) ^ -Int64(truncatingIfNeeded: value & 1)
  }
}

extension TareError {
  /// Damage of a Parquet file; who calls adds the place.
  static func parquet(_ found: String) -> TareError {
    .badData(place: "", found: found, accepted: "an undamaged Parquet file")
  }

  static func unsupportedParquet(_ found: String, accepted: String) -> TareError {
    .badData(place: "", found: found, accepted: accepted)
  }

  static var parquetEnd: TareError { .parquet("bytes that end too early") }
}
