/// A strict JSON parser (RFC 8259) that says line and column of an error, and bounds nesting.
///
/// Foundation's decoder loses member order and source positions, which score files, chat templates
/// and tokenizer.json all need. `NaN` and `Infinity`, which Python writes, are refused by name.

/// Reads a document piece by piece, for files whose parts are too large to be held as values; the
/// one that calls takes each value that it is offered, once, by one of the methods.
package struct JSONReader {
  private let bytes: [UInt8]
  /// Where the text begins and ends within the bytes.
  private let start: Int
  private let end: Int
  private let firstLine: Int
  /// Whether NaN, Infinity and -Infinity are numbers, as Python writes them.
  private let takesNonFinite: Bool
  /// Whether a lone surrogate, which Python writes for broken text, becomes U+FFFD.
  private let takesLoneSurrogates: Bool
  /// Where it stands in the bytes.
  package private(set) var position = 0
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
    start = 0
    end = bytes.count
    self.firstLine = firstLine
    self.takesNonFinite = takesNonFinite
    self.takesLoneSurrogates = takesLoneSurrogates
  }

  /// Reads a part of some bytes as a text of its own.
  package init(
    _ bytes: [UInt8], in range: Range<Int>, firstLine: Int = 1, takesNonFinite: Bool = false
  ) {
    self.bytes = bytes
    start = range.lowerBound
    end = range.upperBound
    position = start
    self.firstLine = firstLine
    self.takesNonFinite = takesNonFinite
    takesLoneSurrogates = true
  }

  /// The whole text, which is one value, taken by `body`.
  package mutating func document(
    _ body: (inout JSONReader) throws(TareError) -> Void
  ) throws(TareError) {
    if bytes[start..<end].starts(with: [0xEF, 0xBB, 0xBF]) { position = start + 3 }
    skipSpace()
    try body(&self)
    skipSpace()
    guard position == end else {
      throw error("text after the value", "end of input")
    }
  }

  /// The whole text, which is any number of values with white space between them, each taken by `body`.
  package mutating func sequence(
    _ body: (inout JSONReader) throws(TareError) -> Void
  ) throws(TareError) {
    skipSpace()
    while position < end {
      try body(&self)
      skipSpace()
    }
  }

  /// The next value.
  package mutating func value() throws(TareError) -> JSONValue {
    guard position < end else { throw error("end of input", "a value") }
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
    case UInt8(ascii: "\""): return .string(try text())
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

  /// Passes the next value, which is checked as if it were read.
  package mutating func pass() throws(TareError) {
    if isNext("{") {
      try members { (_, reader) throws(TareError) in try reader.pass() }
    } else if isNext("[") {
      try elements { (reader) throws(TareError) in try reader.pass() }
    } else if isNext("\"") {
      try string { (_, _) in }
    } else {
      _ = try value()
    }
  }

  /// An error at the place that has been reached.
  package func error(_ found: String, _ accepted: String) -> TareError {
    let before = bytes[start..<min(position, end)]
    let line = before.count { $0 == 0x0A } + firstLine
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? start
    let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
    return .badData(place: "line \(line), column \(column)", found: found, accepted: accepted)
  }

  /// What stands at the position, for messages.
  package var here: String {
    guard position < end else { return "end of input" }
    let next = bytes[position..<min(position + 12, end)].prefix { $0 >= 0x20 }
    return "'\(String(decoding: next, as: UTF8.self))'"
  }

  private mutating func skipSpace() {
    while position < end {
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
    position < end && bytes[position] == UInt8(ascii: character)
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
      throw error("deeper nesting", "at most \(Self.deepest) levels of nesting")
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
      guard position < end else { throw error("end of input", "',' or '\(close)'") }
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
      throw error("the number \(text.prefix(40))", "a number in the range of a double")
    }
    return isInteger ? .bigInt(text) : .double(value)
  }

  /// The number that is next as it is written, and whether it is written as an integer.
  package mutating func numberText() throws(TareError) -> (text: String, isInteger: Bool) {
    let start = position
    func digit(_ at: Int) -> Bool {
      at < end && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at])
    }
    if isNext("-") { position += 1 }
    guard digit(position) else { throw error(here, "a digit") }
    if bytes[position] == UInt8(ascii: "0"), digit(position + 1) {
      throw error("a number with a leading zero", "a number")
    }
    while digit(position) { position += 1 }
    var isInteger = true
    if position < end, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      guard digit(position) else { throw error(here, "a digit") }
      while digit(position) { position += 1 }
    }
    if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < end, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) {
        position += 1
      }
      guard digit(position) else { throw error(here, "a digit") }
      while digit(position) { position += 1 }
    }
    return (String(decoding: bytes[start..<position], as: UTF8.self), isInteger)
  }

  /// The string that is next.
  package mutating func text() throws(TareError) -> String {
    var text = ""
    try string { plain, escaped in text += escaped ?? String(decoding: plain, as: UTF8.self) }
    return text
  }

  /// Appends the string that is next, in UTF-8.
  package mutating func appendString(to text: inout [UInt8]) throws(TareError) {
    try string { plain, escaped in
      if let escaped { text += escaped.utf8 } else { text += plain }
    }
  }

  /// The string that is next, in parts that stand there as they are and characters that were escaped.
  private mutating func string(
    _ part: (_ plain: ArraySlice<UInt8>, _ escaped: String?) -> Void
  ) throws(TareError) {
    guard isNext("\"") else { throw error(here, "a string") }
    position += 1
    while true {
      let start = position
      position = plainEnd(from: start)
      do {
        _ = try UTF8Span(validating: bytes.span.extracting(start..<position))
      } catch {
        throw self.error("bytes that are not UTF-8", "UTF-8 text")
      }
      part(bytes[start..<position], nil)
      guard position < end else { throw error("end of input", "a closing quote") }
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): part([], try escape())
      default: throw error("an unescaped control character in a string", "an escape")
      }
    }
  }

  /// Where a string's plain characters end: at a quote, a backslash, a control character or the end.
  ///
  /// Eight bytes at a time: subtracting borrows into the top bit of a byte that is 0, or less than a
  /// blank, so the lowest marked byte is the first one looked for (Warren, Hacker's Delight, 6-1).
  private func plainEnd(from start: Int) -> Int {
    let words = bytes.span.bytes
    let every: UInt64 = 0x0101_0101_0101_0101
    func zeros(_ word: UInt64) -> UInt64 { (word &- every) & ~word }
    var place = start
    while place + 8 <= end {
      let word = UInt64(
        littleEndian: words.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
      let hits =
        zeros(word ^ (every &* UInt64(UInt8(ascii: "\""))))
        | zeros(word ^ (every &* UInt64(UInt8(ascii: "\\")))) | (word &- every &* 0x20) & ~word
      let marks = hits & (every &* 0x80)
      if marks != 0 { return place + marks.trailingZeroBitCount / 8 }
      place += 8
    }
    while place < end, bytes[place] != UInt8(ascii: "\""), bytes[place] != UInt8(ascii: "\\"),
      bytes[place] >= 0x20
    {
      place += 1
    }
    return place
  }

  private mutating func escape() throws(TareError) -> String {
    guard position + 1 < end else { throw error("end of input", "an escape") }
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
      throw error("an unpaired surrogate", "Unicode text")
    }
    return "\u{FFFD}"
  }

  /// nil for a lone surrogate.
  private mutating func unicodeScalar() throws(TareError) -> Unicode.Scalar? {
    let high = try hexUnit()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard high < 0xDC00, position + 1 < end, bytes[position] == UInt8(ascii: "\\"),
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
    let next = position + 6
    guard next <= end,
      bytes[(position + 2)..<next].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt32(String(decoding: bytes[(position + 2)..<next], as: UTF8.self), radix: 16)
    else { throw error(here, "\\u and four hexadecimal digits") }
    position = next
    return unit
  }
}
