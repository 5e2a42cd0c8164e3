/// Cuts a template into tokens, with Jinja's rules for white space around tags: `trim_blocks` (the
/// newline after a block or comment goes), `lstrip_blocks` (so does the indentation before one),
/// `-` (all white space on that side goes) and `+` (it stays).
import TareCore

struct Lexer {
  private let source: [Unicode.Scalar]
  private var position = 0
  /// Where `line` was counted up to.
  private var counted = 0
  private var line = 1
  private var tokens: [Token] = []
  /// Whether the text at the position starts a line, as `lstrip_blocks` sees it: at the start of
  /// the template and after a tag that took a newline with it.
  private var startsLine = true

  static func tokens(of source: String) throws(TareError) -> [Token] {
    guard source.utf8.count <= Limits.sourceBytes else {
      throw .badData(
        place: "chat template", found: "\(source.utf8.count) bytes",
        accepted: "at most \(Limits.sourceBytes)")
    }
    var lexer = Lexer(source)
    while lexer.position < lexer.source.count { try lexer.textAndTag() }
    lexer.append(.end, at: lexer.source.count)
    return lexer.tokens
  }

  /// One newline at the end of the source does not count; all newlines become `\n`.
  private init(_ text: String) {
    var scalars: [Unicode.Scalar] = []
    var afterReturn = false
    for scalar in text.unicodeScalars {
      if scalar != "\n" || !afterReturn { scalars.append(scalar == "\r" ? "\n" : scalar) }
      afterReturn = scalar == "\r"
    }
    if scalars.last == "\n" { scalars.removeLast() }
    source = scalars
  }

  // MARK: Reading

  private func has(_ text: String, at index: Int) -> Bool {
    source[min(index, source.count)...].starts(with: text.unicodeScalars)
  }

  private func skippingSpace(from index: Int) -> Int {
    source[index...].firstIndex { !$0.isPythonSpace } ?? source.count
  }

  private func text(_ range: Range<Int>) -> String { String(source[range]) }

  private mutating func line(at index: Int) -> Int {
    line += source[counted..<max(index, counted)].count { $0 == "\n" }
    counted = max(index, counted)
    return line
  }

  private mutating func append(_ kind: Token.Kind, at index: Int) {
    tokens.append(Token(kind: kind, line: line(at: index)))
  }

  private mutating func error(
    _ found: String, _ accepted: String, at index: Int
  ) -> TareError {
    .badData(
      place: TareError.templatePlace(line: line(at: index)), found: found, accepted: accepted)
  }

  // MARK: Text

  private enum Sign { case none, minus, plus }

  private func sign(at index: Int) -> Sign {
    has("-", at: index) ? .minus : has("+", at: index) ? .plus : .none
  }

  /// The text up to the next tag, and that tag.
  private mutating func textAndTag() throws(TareError) {
    guard let tag = nextTag(from: position) else {
      append(.text(text(position..<source.count)), at: position)
      position = source.count
      return
    }
    let sign = sign(at: tag + 2)
    appendText(upTo: tag, sign, strippingIndentation: source[tag + 1] != "{")
    let inside = tag + 2 + (sign == .none ? 0 : 1)
    position = inside
    if source[tag + 1] == "#" {
      try comment(from: tag)
    } else if source[tag + 1] == "%", let afterRaw = rawBegin(from: inside) {
      try raw(from: afterRaw, tag: tag)
    } else {
      let isOutput = source[tag + 1] == "{"
      append(isOutput ? .outputBegin : .blockBegin, at: tag)
      try expression(isOutput: isOutput, tag: tag)
    }
    startsLine = source[position - 1] == "\n"
  }

  private func nextTag(from start: Int) -> Int? {
    var index = start
    while index + 1 < source.count {
      if source[index] == "{", ["{", "%", "#"].contains(source[index + 1]) { return index }
      index += 1
    }
    return nil
  }

  private mutating func appendText(upTo tag: Int, _ sign: Sign, strippingIndentation: Bool) {
    var end = tag
    if sign == .minus {
      while end > position, source[end - 1].isPythonSpace { end -= 1 }
    } else if sign == .none, strippingIndentation {
      let newline = source[position..<tag].lastIndex(of: "\n")
      let start = newline.map { $0 + 1 } ?? position
      if newline != nil || startsLine, source[start..<tag].allSatisfy(\.isPythonSpace) {
        end = start
      }
    }
    if end > position { append(.text(text(position..<end)), at: position) }
  }

  // MARK: Tags

  /// The end of `-#}` and the white space after it, or of `#}` and a newline after it, at `index`.
  /// - Parameter trimsNewline: blocks and comments do, outputs do not, and take no `+` either.
  private func tagEnd(_ close: String, at index: Int, trimsNewline: Bool = true) -> Int? {
    if has("-" + close, at: index) { return skippingSpace(from: index + 3) }
    if trimsNewline, has("+" + close, at: index) { return index + 3 }
    guard has(close, at: index) else { return nil }
    return trimsNewline && has("\n", at: index + 2) ? index + 3 : index + 2
  }

  private mutating func comment(from tag: Int) throws(TareError) {
    for index in position..<source.count {
      if let end = tagEnd("#}", at: index) {
        position = end
        return
      }
    }
    throw error("a comment without an end", "'#}'", at: tag)
  }

  /// Where the text after `{% raw %}` starts if that stands here.
  private func rawBegin(from index: Int) -> Int? {
    let word = skippingSpace(from: index)
    guard has("raw", at: word) else { return nil }
    let close = skippingSpace(from: word + 3)
    if has("-%}", at: close) { return skippingSpace(from: close + 3) }
    return has("%}", at: close) ? close + 2 : nil
  }

  private mutating func raw(from start: Int, tag: Int) throws(TareError) {
    position = start
    startsLine = source[start - 1] == "\n"
    var index = start
    while index < source.count {
      if has("{%", at: index) {
        let sign = sign(at: index + 2)
        let word = skippingSpace(from: index + 2 + (sign == .none ? 0 : 1))
        if has("endraw", at: word),
          let end = tagEnd("%}", at: skippingSpace(from: word + 6))
        {
          appendText(upTo: index, sign, strippingIndentation: true)
          position = end
          return
        }
      }
      index += 1
    }
    throw error("a raw block without an end", "'{% endraw %}'", at: tag)
  }

  private mutating func expression(isOutput: Bool, tag: Int) throws(TareError) {
    let close = isOutput ? "}}" : "%}"
    var brackets: [Unicode.Scalar] = []
    while position < source.count {
      if brackets.isEmpty, let end = tagEnd(close, at: position, trimsNewline: !isOutput) {
        append(isOutput ? .outputEnd : .blockEnd, at: position)
        position = end
        return
      }
      let start = position
      let scalar = source[start]
      if scalar.isPythonSpace {
        position += 1
      } else if let (kind, end) = try number() {
        append(kind, at: start)
        position = end
      } else if scalar.isNamePart {
        position = source[start...].firstIndex { !$0.isNamePart } ?? source.count
        append(.name(text(start..<position)), at: start)
      } else if scalar == "'" || scalar == "\"" {
        let text = try string(quote: scalar)
        append(.string(text), at: start)
      } else {
        try symbol(&brackets)
      }
    }
    throw error("the end of the template inside a tag", "'\(close)'", at: tag)
  }

  private static let twoPart = ["//", "**", "==", "!=", ">=", "<="]
  private static let onePart = "+-/*%~[](){}<>=.:|,"
  private static let closing: [Unicode.Scalar: Unicode.Scalar] = ["{": "}", "(": ")", "[": "]"]

  private mutating func symbol(_ brackets: inout [Unicode.Scalar]) throws(TareError) {
    if let symbol = Self.twoPart.first(where: { has($0, at: position) }) {
      append(.symbol(symbol), at: position)
      position += 2
      return
    }
    let scalar = source[position]
    guard Self.onePart.unicodeScalars.contains(scalar) else {
      throw error("unexpected character '\(scalar)'", "an expression", at: position)
    }
    if let close = Self.closing[scalar] {
      brackets.append(close)
    } else if [")", "]", "}"].contains(scalar) {
      guard let expected = brackets.popLast() else {
        throw error("unexpected '\(scalar)'", "an expression", at: position)
      }
      guard expected == scalar else {
        throw error("unexpected '\(scalar)'", "'\(expected)'", at: position)
      }
    }
    append(.symbol(String(scalar)), at: position)
    position += 1
  }

  // MARK: Literals

  /// Digits with single underscores between them, from `start`; nil if there is none.
  private func digits(from start: Int, _ isDigit: (Unicode.Scalar) -> Bool) -> Int? {
    var end = start
    while end < source.count {
      if isDigit(source[end]) {
        end += 1
      } else if source[end] == "_", end > start, end + 1 < source.count, isDigit(source[end + 1]) {
        end += 2
      } else {
        break
      }
    }
    return end > start ? end : nil
  }

  /// The number at the position and where it ends.
  private mutating func number() throws(TareError) -> (Token.Kind, end: Int)? {
    let start = position
    func isDecimal(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    guard let whole = digits(from: start, isDecimal) else { return nil }
    if let (radix, end) = prefixed(from: start) {
      return (try integer(start + 2..<end, radix: radix), end)
    }
    var end = whole
    // In `list.0.1` the digits are places, not fractions.
    if start == 0 || source[start - 1] != "." {
      if has(".", at: end), let fraction = digits(from: end + 1, isDecimal) { end = fraction }
      if has("e", at: end) || has("E", at: end) {
        let sign = has("+", at: end + 1) || has("-", at: end + 1) ? 1 : 0
        end = digits(from: end + 1 + sign, isDecimal) ?? end
      }
    }
    if end > whole { return (.float(Double(plain(start..<end)) ?? 0), end) }
    guard source[start] != "0" || source[start..<end].allSatisfy({ $0 == "0" || $0 == "_" }) else {
      throw error("a number with a leading zero", "a number without one", at: start)
    }
    return (try integer(start..<end, radix: 10), end)
  }

  /// The radix and the end of a number such as `0x1F`, if one starts here.
  private func prefixed(from start: Int) -> (radix: Int, end: Int)? {
    guard source[start] == "0" else { return nil }
    for (letters, radix) in [(["x", "X"], 16), (["o", "O"], 8), (["b", "B"], 2)]
    where letters.contains(where: { has($0, at: start + 1) }) {
      return digits(from: start + 2) { Character($0).hexDigitValue.map { $0 < radix } ?? false }
        .map { (radix, $0) }
    }
    return nil
  }

  private func plain(_ range: Range<Int>) -> String {
    text(range).replacing("_", with: "")
  }

  private mutating func integer(
    _ range: Range<Int>, radix: Int
  ) throws(TareError) -> Token.Kind {
    guard let value = Int(plain(range), radix: radix) else {
      throw error("the number \(text(range))", "an integer of 64 bits", at: range.lowerBound)
    }
    return .integer(value)
  }

  private mutating func string(quote: Unicode.Scalar) throws(TareError) -> String {
    let start = position
    var out = String.UnicodeScalarView()
    position += 1
    while position < source.count {
      let scalar = source[position]
      position += 1
      if scalar == quote { return String(out) }
      if scalar == "\\" { try escape(&out) } else { out.append(scalar) }
    }
    throw error("a string without an end", "a closing \(quote)", at: start)
  }

  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
    "\\": "\\", "'": "'", "\"": "\"", "n": "\n", "t": "\t", "r": "\r", "a": "\u{7}", "b": "\u{8}",
    "f": "\u{C}", "v": "\u{B}",
  ]
  private static let hexEscapes: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]

  /// The escapes of Python's strings. An unknown one stands as it is.
  private mutating func escape(_ out: inout String.UnicodeScalarView) throws(TareError) {
    guard position < source.count else { return }
    let start = position - 1
    let letter = source[position]
    position += 1
    if letter == "\n" {
      return
    } else if let scalar = Self.escapes[letter] {
      out.append(scalar)
    } else if let count = Self.hexEscapes[letter] {
      let end = min(position + count, source.count)
      let digits = text(position..<end)
      guard digits.utf8.count == count, let value = UInt32(digits, radix: 16),
        let scalar = Unicode.Scalar(value)
      else {
        throw error(
          "the escape \(text(start..<end))", "\(count) hexadecimal digits of a character",
          at: start)
      }
      out.append(scalar)
      position = end
    } else if ("0"..."7").contains(letter) {
      let end =
        source[..<min(start + 4, source.count)][position...]
        .firstIndex { !("0"..."7").contains($0) } ?? min(start + 4, source.count)
      let value = UInt32(text(start + 1..<end), radix: 8) ?? 0
      out.append(Unicode.Scalar(value) ?? "\u{FFFD}")
      position = end
    } else if letter == "N" {
      throw error("a character by its name, \\N", "its number, as in \\u2013", at: start)
    } else if letter.isASCII {
      out.append("\\")
      out.append(letter)
    } else {
      // Jinja has Python decode the string a second time, which leaves the letter's own escape.
      out.append(contentsOf: letter.escaped.unicodeScalars)
    }
  }
}

extension Unicode.Scalar {
  /// Python's `\w`: letters, marks, digits and the underscore.
  var isNamePart: Bool {
    self == "_" || (isASCII ? Character(self).isLetter || Character(self).isNumber : isWordPart)
  }

  private var isWordPart: Bool {
    properties.isAlphabetic || properties.numericType != nil || properties.isXIDContinue
  }
}
