/// A strict JSON parser (RFC 8259) that says line and column of an error, and bounds nesting.
///
/// Foundation's decoder loses member order and source positions, which score files, chat templates
/// and tokenizer.json all need. `NaN` and `Infinity`, which Python writes, are refused by name.

/// Reads a document piece by piece, for files whose parts are too large to be held as values; the
/// one that calls takes each value that it is offered, once, by one of the methods.
package struct JSONReader {
  private let bytes: [UInt8]
  private let firstLine: Int
  /// Whether NaN, Infinity and -Infinity are numbers, as Python writes them.
  private let takesNonFinite: Bool
  /// Whether a lone surrogate, which Python writes for broken text, becomes U+FFFD.
  private let takesLoneSurrogates: Bool
  private var position = 0
  private var depth = 0
  /// Deeper nesting than any real file has, shallow enough for every thread's stack.
  private static let deepest = 256

  /// - Parameters:
  ///   - firstLine: the number of the text's first line in its file, for errors.
  ///   - takesNonFinite: takes NaN, Infinity and -Infinity for numbers, to tell where they stand.
  ///   - takesLoneSurrogates: takes them for U+FFFD; else they are an error.
  package init(
    _ bytes: [UInt8], firstLine: Int = 1, takesNonFinite: Bool = false,
    takesLoneSurrogates: Bool = true
  ) {
    self.bytes = bytes
    self.firstLine = firstLine
    self.takesNonFinite = takesNonFinite
    self.takesLoneSurrogates = takesLoneSurrogates
  }

  /// The whole text, which is one value, taken by `body`.
  package mutating func document(
    _ body: (inout JSONReader) throws(TareError) -> Void
  ) throws(TareError) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    skipSpace()
    try body(&self)
    skipSpace()
    guard position == bytes.count else {
      throw error("text after the value", "end of input")
    }
  }

  /// The whole text, which is any number of values with white space between them, each taken by `body`.
  package mutating func sequence(
    _ body: (inout JSONReader) throws(TareError) -> Void
  ) throws(TareError) {
    skipSpace()
    while position < bytes.count {
      try body(&self)
      skipSpace()
    }
  }

  /// The next value.
  package mutating func value() throws(TareError) -> JSONValue {
    guard position < bytes.count else { throw error("end of input", "a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"):
      var object = JSONObject()
      try members { (key, reader) throws(TareError) in
        object[String(decoding: key, as: UTF8.self)] = try reader.value()
      }
      return .object(object)
    case UInt8(ascii: "["):
      var array: [JSONValue] = []
      try elements { (reader) throws(TareError) in array.append(try reader.value()) }
      return .array(array)
    case UInt8(ascii: "\""):
      var text: [UInt8] = []
      try appendString(to: &text)
      return .string(String(decoding: text, as: UTF8.self))
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N") where takesNonFinite: return try word("NaN", .double(.nan))
    case UInt8(ascii: "I") where takesNonFinite: return try word("Infinity", .double(.infinity))
    case UInt8(ascii: "-") where takesNonFinite && bytes[position...].dropFirst().first == 0x49:
      return try word("-Infinity", .double(-.infinity))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error(here, "a JSON value")
    }
  }

  /// An error at the place that has been reached.
  package func error(_ found: String, _ accepted: String) -> TareError {
    let before = bytes[..<min(position, bytes.count)]
    let line = before.count { $0 == 0x0A } + firstLine
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let column = before[start...].count { $0 & 0xC0 != 0x80 } + 1
    return .badData(place: "line \(line), column \(column)", found: found, accepted: accepted)
  }

  /// What stands at the position, for messages.
  package var here: String {
    guard position < bytes.count else { return "end of input" }
    let next = bytes[position..<min(position + 12, bytes.count)].prefix { $0 >= 0x20 }
    return "'\(String(decoding: next, as: UTF8.self))'"
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  private mutating func word(
    _ text: StaticString, _ value: JSONValue
  ) throws(TareError) -> JSONValue {
    let count = text.utf8CodeUnitCount
    let matches = text.withUTF8Buffer { bytes[position...].starts(with: $0) }
    guard matches else { throw error(here, "a JSON value") }
    position += count
    return value
  }

  /// Whether the next value, or what else is next, begins with the character.
  package func isNext(_ character: Unicode.Scalar) -> Bool {
    position < bytes.count && bytes[position] == UInt8(ascii: character)
  }

  // MARK: - Objects and arrays

  /// The members of an object in order, each by its name (UTF-8) and with its value next.
  package mutating func members(
    _ member: (_ name: [UInt8], inout JSONReader) throws(TareError) -> Void
  ) throws(TareError) {
    var name: [UInt8] = []
    try list("{", "}") { (reader) throws(TareError) in
      guard reader.isNext("\"") else {
        throw reader.error(reader.here, "a member's name in quotes")
      }
      name.removeAll(keepingCapacity: true)
      try reader.appendString(to: &name)
      reader.skipSpace()
      guard reader.isNext(":") else { throw reader.error(reader.here, "':'") }
      reader.position += 1
      reader.skipSpace()
      try member(name, &reader)
    }
  }

  /// The elements of an array in order, each next when it is its turn.
  package mutating func elements(
    _ element: (inout JSONReader) throws(TareError) -> Void
  ) throws(TareError) {
    try list("[", "]", element)
  }

  private mutating func list(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar,
    _ item: (inout JSONReader) throws(TareError) -> Void
  ) throws(TareError) {
    guard isNext(open) else { throw error(here, "'\(open)'") }
    depth += 1
    guard depth <= Self.deepest else {
      throw error("nesting deeper than \(Self.deepest)", "flatter JSON")
    }
    defer { depth -= 1 }
    position += 1
    skipSpace()
    if isNext(close) {
      position += 1
      return
    }
    while true {
      skipSpace()
      try item(&self)
      skipSpace()
      guard position < bytes.count else { throw error("end of input", "',' or '\(close)'") }
      if isNext(close) {
        position += 1
        return
      }
      guard isNext(",") else { throw error(here, "',' or '\(close)'") }
      position += 1
    }
  }

  // MARK: - Numbers and strings

  /// The number that is next: `.int` where it is written as one and fits, `.bigInt` where it does not,
  /// else `.double`.
  package mutating func number() throws(TareError) -> JSONValue {
    let start = position
    let (text, isInteger) = try numberText()
    if isInteger, let value = Int(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else {
      position = start
      throw error("the number \(text.prefix(40))", "a number that a double can hold")
    }
    return isInteger ? .bigInt(text) : .double(value)
  }

  /// The number that is next as it is written, and whether it is written as an integer.
  package mutating func numberText() throws(TareError) -> (text: String, isInteger: Bool) {
    let start = position
    func digit(_ at: Int) -> Bool {
      at < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at])
    }
    if isNext("-") { position += 1 }
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
    return (String(decoding: bytes[start..<position], as: UTF8.self), isInteger)
  }

  /// Appends the string that is next, in UTF-8.
  package mutating func appendString(to text: inout [UInt8]) throws(TareError) {
    guard isNext("\"") else { throw error(here, "a string") }
    position += 1
    while true {
      let start = position
      while position < bytes.count, bytes[position] != UInt8(ascii: "\""),
        bytes[position] != UInt8(ascii: "\\"), bytes[position] >= 0x20
      {
        position += 1
      }
      try appendUTF8(start..<position, to: &text)
      guard position < bytes.count else { throw error("end of input", "a closing quote") }
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): text.append(contentsOf: Array(try escape().utf8))
      default: throw error("a bare control character in a string", "an escape")
      }
    }
  }

  private func appendUTF8(_ range: Range<Int>, to text: inout [UInt8]) throws(TareError) {
    do {
      _ = try UTF8Span(validating: bytes.span.extracting(range))
    } catch {
      throw self.error("bytes that are not UTF-8", "UTF-8 text")
    }
    text.append(contentsOf: bytes[range])
  }

  private mutating func escape() throws(TareError) -> String {
    guard position + 1 < bytes.count else { throw error("end of input", "an escape") }
    let letter = bytes[position + 1]
    if letter == UInt8(ascii: "u") { return String(try unicodeEscape()) }
    let text =
      switch letter {
      case UInt8(ascii: "\""): "\""
      case UInt8(ascii: "\\"): "\\"
      case UInt8(ascii: "/"): "/"
      case UInt8(ascii: "b"): "\u{8}"
      case UInt8(ascii: "f"): "\u{C}"
      case UInt8(ascii: "n"): "\n"
      case UInt8(ascii: "r"): "\r"
      case UInt8(ascii: "t"): "\t"
      default: throw error(here, "a JSON escape")
      }
    position += 2
    return text
  }

  /// An escape of four hexadecimal digits (`\u00e9`) or a surrogate pair of them.
  private mutating func unicodeEscape() throws(TareError) -> Unicode.Scalar {
    let start = position
    if let scalar = try unicodeScalar() { return scalar }
    guard takesLoneSurrogates else {
      position = start
      throw error("a surrogate without its other half", "Unicode text")
    }
    return "\u{FFFD}"
  }

  /// nil for a lone surrogate.
  private mutating func unicodeScalar() throws(TareError) -> Unicode.Scalar? {
    let high = try hexUnit()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard high < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { return nil }
    let mark = position
    let low = try hexUnit()
    guard (0xDC00..<0xE000).contains(low) else {
      position = mark
      return nil
    }
    return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
  }

  private mutating func hexUnit() throws(TareError) -> UInt32 {
    let end = position + 6
    guard end <= bytes.count,
      bytes[(position + 2)..<end].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt32(String(decoding: bytes[(position + 2)..<end], as: UTF8.self), radix: 16)
    else { throw error(here, "\\u and four hexadecimal digits") }
    position = end
    return unit
  }
}
