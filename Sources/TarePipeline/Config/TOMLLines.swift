/// The part of TOML that tare.toml needs: `key = value` on a line, with strings, integers and booleans as
/// values. All else is refused by its name and its line.
internal import TareCore

struct TOMLLines {
  enum Value: Equatable {
    case string(String)
    case integer(Int)
    case boolean(Bool)

    /// For messages.
    var words: String {
      switch self {
      case .string(let text): "the string \"\(text)\""
      case .integer(let number): "the integer \(number)"
      case .boolean(let flag): "\(flag)"
      }
    }
  }

  struct Entry: Equatable {
    let key: String
    let value: Value
    /// From 1.
    let line: Int
  }

  let entries: [Entry]

  /// - Parameter name: of the file, for messages.
  /// - Throws: `TareError.badData` that names file and line.
  init(_ text: String, name: String) throws(TareError) {
    var entries: [Entry] = []
    // TOML ends a line with LF or CR LF; Swift takes CR LF for one character.
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      var scalars = Array(line)
      if scalars.last == "\r" { scalars.removeLast() }
      // A byte-order mark.
      if index == 0, scalars.first == "\u{FEFF}" { scalars.removeFirst() }
      var reader = LineReader(scalars, place: "\(name), line \(index + 1)")
      guard let (key, value) = try reader.entry() else { continue }
      if let first = entries.first(where: { $0.key == key }) {
        throw reader.error(
          "'\(key)' a second time, after line \(first.line)", accepted: "each key once")
      }
      entries.append(Entry(key: key, value: value, line: index + 1))
    }
    self.entries = entries
  }
}

/// One line, read from its left end.
private struct LineReader {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private let place: String

  private static let keyWords = "KEY = VALUE, where KEY has letters, digits, - and _"
  private static let valueWords = "\"text\", 'text', an integer, true or false"

  init(_ scalars: [Unicode.Scalar], place: String) {
    self.scalars = scalars
    self.place = place
  }

  func error(_ found: String, accepted: String) -> TareError {
    .badData(place: place, found: found, accepted: accepted)
  }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }
  private var rest: String { Self.text(scalars[position...]) }

  private static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  private mutating func skipBlanks() {
    while let scalar = next, scalar == " " || scalar == "\t" { position += 1 }
  }

  private func begins(with text: String) -> Bool {
    scalars[position...].starts(with: text.unicodeScalars)
  }

  /// - Returns: nil for a line that is empty or a comment.
  mutating func entry() throws(TareError) -> (key: String, value: TOMLLines.Value)? {
    skipBlanks()
    guard let first = next, first != "#" else { return nil }
    if first == "[" { throw error("the table \(rest)", accepted: "keys without tables") }
    let key = try key()
    skipBlanks()
    guard next == "=" else {
      throw error(
        next == "." ? "the dotted key '\(key)\(rest)'" : "'\(key)' without a value",
        accepted: Self.keyWords)
    }
    position += 1
    skipBlanks()
    let value = try value(of: key)
    skipBlanks()
    guard next == nil || next == "#" else {
      throw error("'\(rest)' after the value of '\(key)'", accepted: "one value, or a comment")
    }
    return (key, value)
  }

  private mutating func key() throws(TareError) -> String {
    let start = position
    while let scalar = next, Self.isOfKey(scalar) { position += 1 }
    guard position > start else { throw error("'\(rest)'", accepted: Self.keyWords) }
    return Self.text(scalars[start..<position])
  }

  private static func isOfKey(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && (scalar.properties.isAlphabetic || isDigit(scalar))
      || scalar == "-" || scalar == "_"
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private mutating func value(of key: String) throws(TareError) -> TOMLLines.Value {
    guard let first = next, first != "#" else {
      throw error("'\(key)' without a value", accepted: Self.valueWords)
    }
    switch first {
    case "\"", "'":
      if begins(with: "\"\"\"") || begins(with: "'''") {
        throw error("a text of several lines", accepted: Self.valueWords)
      }
      return .string(try first == "'" ? literalText() : basicText())
    case "[": throw error("an array", accepted: Self.valueWords)
    case "{": throw error("an inline table", accepted: Self.valueWords)
    default: return try word(of: key)
    }
  }

  /// An integer or a boolean: all up to a blank or a comment.
  private mutating func word(of key: String) throws(TareError) -> TOMLLines.Value {
    let start = position
    while let scalar = next, ![" ", "\t", "#"].contains(scalar) { position += 1 }
    let word = Self.text(scalars[start..<position])
    if let flag = ["true": true, "false": false][word] { return .boolean(flag) }
    if word.wholeMatch(of: /[+-]?(0|[1-9](_?[0-9])*)/) != nil {
      guard let number = Int(word.replacing("_", with: "")) else {
        throw error("the integer \(word)", accepted: "64 bits")
      }
      return .integer(number)
    }
    let isNumber = word.first.map { "+-.0123456789".contains($0) } ?? false
    throw error(
      isNumber ? "'\(word)', which is no decimal integer" : "'\(word)' without quotes",
      accepted: Self.valueWords)
  }

  private mutating func literalText() throws(TareError) -> String {
    let start = position + 1
    position = start
    while let scalar = next, scalar != "'" {
      try refuseControl(scalar)
      position += 1
    }
    guard next != nil else { throw error("a text without its closing '", accepted: "'text'") }
    position += 1
    return Self.text(scalars[start..<(position - 1)])
  }

  private mutating func basicText() throws(TareError) -> String {
    position += 1
    var text = String.UnicodeScalarView()
    while let scalar = next, scalar != "\"" {
      try refuseControl(scalar)
      position += 1
      text.append(scalar == "\\" ? try escaped() : scalar)
    }
    guard next != nil else { throw error("a text without its closing \"", accepted: "\"text\"") }
    position += 1
    return String(text)
  }

  private func refuseControl(_ scalar: Unicode.Scalar) throws(TareError) {
    guard scalar.value < 0x20 && scalar != "\t" || scalar.value == 0x7F else { return }
    throw error(
      "the control character U+\(String(scalar.value, radix: 16, uppercase: true)) in a text",
      accepted: "an escape such as \\n")
  }

  private mutating func escaped() throws(TareError) -> Unicode.Scalar {
    guard let scalar = next else {
      throw error("a text without its closing \"", accepted: "\"text\"")
    }
    position += 1
    switch scalar {
    case "\"", "\\": return scalar
    case "b": return "\u{8}"
    case "t": return "\t"
    case "n": return "\n"
    case "f": return "\u{C}"
    case "r": return "\r"
    case "u", "U":
      let digits = scalars[position...].prefix(scalar == "u" ? 4 : 8)
      let text = Self.text(digits)
      guard digits.count == (scalar == "u" ? 4 : 8),
        digits.allSatisfy(\.properties.isASCIIHexDigit),
        let code = UInt32(text, radix: 16), let unicode = Unicode.Scalar(code)
      else {
        throw error(
          "the escape \\\(scalar)\(text)",
          accepted: "\\u with four, or \\U with eight hexadecimal digits of a character")
      }
      position += digits.count
      return unicode
    default:
      throw error(
        "the escape \\\(scalar)",
        accepted: #"\" \\ \b \t \n \f \r, or \u or \U with hexadecimal digits; or 'text'"#)
    }
  }
}
