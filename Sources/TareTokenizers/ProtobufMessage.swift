/// The fields of a message in Protocol Buffers' wire format.
import TareCore

struct ProtobufMessage {
  private var rest: ArraySlice<UInt8>

  enum Value {
    case integer(UInt64)
    case bytes(ArraySlice<UInt8>)
    /// 32 bits, 64 bits.
    case word(UInt32)
    case long(UInt64)

    /// - Throws: `TareError.badData` if the value is no message.
    func message(_ file: String) throws(TareError) -> ProtobufMessage {
      guard case .bytes(let bytes) = self else {
        throw .badData(place: file, found: "a number", accepted: "a message")
      }
      return ProtobufMessage(bytes)
    }
  }

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The next field; nil at the end.
  ///
  /// - Throws: `TareError.badData` with the byte's place if the message is cut off or no message.
  mutating func field() throws(TareError) -> (number: Int, value: Value)? {
    guard !rest.isEmpty else { return nil }
    let tag = try integer()
    let number = Int(truncatingIfNeeded: tag >> 3)
    switch tag & 7 {
    case 0: return (number, .integer(try integer()))
    case 1: return (number, .long(try fixed(8)))
    case 2:
      let length = try integer()
      guard length <= UInt64(rest.count) else { throw error("\(length) bytes to come") }
      return (number, .bytes(try take(Int(length))))
    case 5: return (number, .word(UInt32(truncatingIfNeeded: try fixed(4))))
    case let kind: throw error("the wire type \(kind)")
    }
  }

  private mutating func take(_ count: Int) throws(TareError) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw error("\(rest.count) bytes where \(count) belong") }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func fixed(_ count: Int) throws(TareError) -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func integer() throws(TareError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let byte = try take(1).first ?? 0
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw error("a number of more than ten bytes")
  }

  private func error(_ found: String) -> TareError {
    .badData(
      place: "byte \(rest.startIndex)", found: found, accepted: "Protocol Buffers' wire format")
  }
}
