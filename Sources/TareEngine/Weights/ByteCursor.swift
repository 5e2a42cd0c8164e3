/// Reads little-endian values one after another and never past the end.
internal import TareCore

struct ByteCursor {
  let bytes: UnsafeRawBufferPointer
  private(set) var position = 0
  /// What is being read, for messages.
  var place = ""

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var remaining: Int { bytes.count - position }

  func error(_ found: String, _ accepted: String) -> TareError {
    .badData(
      place: place.isEmpty ? "byte \(position)" : "\(place), byte \(position)", found: found,
      accepted: accepted)
  }

  mutating func take(_ count: Int) throws(TareError) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else {
      throw error("\(remaining) bytes to the end of the file", "\(count) bytes")
    }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
  }

  mutating func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(TareError) -> T {
    T(littleEndian: try take(MemoryLayout<T>.size).loadUnaligned(as: T.self))
  }

  /// A 64-bit count of things that take at least `unit` bytes each, so that it cannot be absurd.
  mutating func count(of unit: Int) throws(TareError) -> Int {
    let value = try integer(UInt64.self)
    guard value <= UInt64(remaining / unit) else {
      throw error("a count of \(value)", "at most \(remaining / unit), as the file is no longer")
    }
    return Int(value)
  }

  mutating func string() throws(TareError) -> String {
    let length = try count(of: 1)
    let raw = try take(length)
    guard let text = String(validating: raw, as: UTF8.self) else {
      throw error("a string that is not UTF-8", "UTF-8")
    }
    return text
  }
}
