/// A strict JSON parser (RFC 8259) that says line and column of an error, and bounds nesting.
///
/// Foundation's decoder loses member order and source positions, which score files, chat templates
/// and tokenizer.json all need. `NaN` and `Infinity`, which Python writes, are refused by name.
package import Foundation

extension JSONValue {
  /// - Throws: `TareError.badData` whose place is "line L, column C".
  package init(parsing text: some StringProtocol) throws(TareError) {
    try self.init(parsing: Array(text.utf8))
  }

  package init(parsing data: Data) throws(TareError) {
    try self.init(parsing: Array(data))
  }

  /// - Parameter firstLine: the number of the text's first line in its file, for errors.
  package init(parsing bytes: [UInt8], firstLine: Int = 1) throws(TareError) {
    var parser = JSONParser(bytes: bytes, firstLine: firstLine)
    self = try parser.document()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  let firstLine: Int
  var position = 0
  var depth = 0
  /// Deeper nesting than any real file has, shallow enough for every thread's stack.
  static let deepest = 256

  init(bytes: [UInt8], firstLine: Int) {
    self.bytes = bytes
    self.firstLine = firstLine
  }

  mutating func document() throws(TareError) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    skipSpace()
    let value = try self.value()
    skipSpace()
    guard position == bytes.count else {
      throw error("text after the value", "end of input")
    }
    return value
  }

  func error(_ found: String, _ accepted: String) -> TareError {
    let before = bytes[..<min(position, bytes.count)]
    let line = before.count { $0 == 0x0A } + firstLine
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let column = before[start...].count { $0 & 0xC0 != 0x80 } + 1
    return .badData(place: "line \(line), column \(column)", found: found, accepted: accepted)
  }

  /// What stands at the position, for messages.
  var here: String {
    guard position < bytes.count else { return "end of input" }
    let next = bytes[position..<min(position + 12, bytes.count)].prefix { $0 >= 0x20 }
    return "'\(String(decoding: next, as: UTF8.self))'"
  }

  mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) {
      position += 1
    }
  }

  mutating func value() throws(TareError) -> JSONValue {
    guard position < bytes.count else { throw error("end of input", "a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error(here, "a JSON value")
    }
  }

  mutating func word(_ text: StaticString, _ value: JSONValue) throws(TareError) -> JSONValue {
    let count = text.utf8CodeUnitCount
    let matches = text.withUTF8Buffer { bytes[position...].starts(with: $0) }
    guard matches else { throw error(here, "a JSON value") }
    position += count
    return value
  }

  mutating func enter() throws(TareError) {
    depth += 1
    guard depth <= Self.deepest else {
      throw error("nesting deeper than \(Self.deepest)", "flatter JSON")
    }
  }

  mutating func object() throws(TareError) -> JSONObject {
    try enter()
    defer { depth -= 1 }
    position += 1
    var result = JSONObject()
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
      position += 1
      return result
    }
    while true {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw error(here, "a member's name in quotes")
      }
      let key = try string()
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
        throw error(here, "':'")
      }
      position += 1
      skipSpace()
      result[key] = try value()
      skipSpace()
      guard position < bytes.count else { throw error("end of input", "',' or '}'") }
      position += 1
      if bytes[position - 1] == UInt8(ascii: "}") { return result }
      guard bytes[position - 1] == UInt8(ascii: ",") else {
        position -= 1
        throw error(here, "',' or '}'")
      }
    }
  }

  mutating func array() throws(TareError) -> [JSONValue] {
    try enter()
    defer { depth -= 1 }
    position += 1
    var result: [JSONValue] = []
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
      position += 1
      return result
    }
    while true {
      skipSpace()
      result.append(try value())
      skipSpace()
      guard position < bytes.count else { throw error("end of input", "',' or ']'") }
      position += 1
      if bytes[position - 1] == UInt8(ascii: "]") { return result }
      guard bytes[position - 1] == UInt8(ascii: ",") else {
        position -= 1
        throw error(here, "',' or ']'")
      }
    }
  }

  mutating func number() throws(TareError) -> JSONValue {
    let start = position
    func digit(_ at: Int) -> Bool {
      at < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at])
    }
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    guard digit(position) else { throw error(here, "a digit") }
    if bytes[position] == UInt8(ascii: "0"), digit(position + 1) {
      throw error("a number with a leading zero", "a number")
    }
    while digit(position) { position += 1 }
    var isInteger = true
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      guard digit(position) else { throw error(here, "a digit") }
      while digit(position) { position += 1 }
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) {
        position += 1
      }
      guard digit(position) else { throw error(here, "a digit") }
      while digit(position) { position += 1 }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else {
      position = start
      throw error("the number \(text)", "a number that a double can hold")
    }
    return .double(value)
  }

  mutating func string() throws(TareError) -> String {
    position += 1
    let start = position
    // Most strings have no escape: take their bytes as they stand.
    while position < bytes.count, bytes[position] != UInt8(ascii: "\""),
      bytes[position] != UInt8(ascii: "\\"), bytes[position] >= 0x20
    {
      position += 1
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
      defer { position += 1 }
      return try utf8(bytes[start..<position])
    }
    var collected = Array(bytes[start..<position])
    while true {
      guard position < bytes.count else { throw error("end of input", "a closing quote") }
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        defer { position += 1 }
        return try utf8(collected[...])
      case UInt8(ascii: "\\"): collected.append(contentsOf: Array(try escape().utf8))
      case 0..<0x20: throw error("a bare control character in a string", "an escape")
      default:
        collected.append(byte)
        position += 1
      }
    }
  }

  func utf8(_ slice: ArraySlice<UInt8>) throws(TareError) -> String {
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw error("bytes that are not UTF-8", "UTF-8 text")
    }
    return text
  }

  mutating func escape() throws(TareError) -> String {
    guard position + 1 < bytes.count else { throw error("end of input", "an escape") }
    let letter = bytes[position + 1]
    if letter == UInt8(ascii: "u") { return String(try unicodeEscape()) }
    let plain: [UInt8: String] = [
      UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/",
      UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n",
      UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
    ]
    guard let text = plain[letter] else { throw error(here, "a JSON escape") }
    position += 2
    return text
  }

  /// A `\uXXXX` escape or a surrogate pair of them. A lone surrogate, which Python writes for broken
  /// text, becomes U+FFFD.
  mutating func unicodeEscape() throws(TareError) -> Unicode.Scalar {
    let high = try hexUnit()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard high < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { return "\u{FFFD}" }
    let mark = position
    let low = try hexUnit()
    guard (0xDC00..<0xE000).contains(low) else {
      position = mark
      return "\u{FFFD}"
    }
    return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
  }

  mutating func hexUnit() throws(TareError) -> UInt32 {
    let end = position + 6
    guard end <= bytes.count,
      bytes[(position + 2)..<end].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt32(String(decoding: bytes[(position + 2)..<end], as: UTF8.self), radix: 16)
    else { throw error(here, "\\u and four hexadecimal digits") }
    position = end
    return unit
  }
}
