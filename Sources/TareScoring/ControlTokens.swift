/// Control tokens that a user's text contains: found, and on demand encoded as plain text, as
/// transformers 5.23 does with `sanitize_control_tokens`.
internal import TareCore
internal import TareTokenizers

/// The tokens by which a chat template frames turns.
struct ControlTokens: Sendable {
  private let finder: TokenFinder
  private let added: TokenFinder

  /// The tokenizer's special tokens and, of its other added tokens, those that are chosen or else those
  /// that stand in the template, but for white space.
  init(_ tokenizer: Tokenizer, chosen: Set<String>?, templateText: String) {
    let tokens = tokenizer.addedTokens
    added = TokenFinder(tokens.map(\.content))
    let written = chosen == nil ? added.spellings(in: Array(templateText.utf8)) : []
    let control = tokens.indices.filter { index in
      let token = tokens[index]
      if token.isSpecial { return true }
      if let chosen { return chosen.contains(token.content) }
      return written.contains(index) && !token.content.allSatisfy(\.isWhitespace)
    }
    finder = TokenFinder(control.map { tokens[$0].content })
  }

  /// The first control token in the texts of a value; nil if there is none.
  /// - Parameter expected: a token that does not count.
  func first(in value: JSONValue, but expected: String? = nil) -> String? {
    switch value {
    case .string(let text):
      let bytes = Array(text.utf8)
      return finder.matches(in: bytes).lazy.map { String(decoding: bytes[$0], as: UTF8.self) }
        .first { $0 != expected }
    case .array(let values): return values.lazy.compactMap { first(in: $0, but: expected) }.first
    case .object(let object):
      return object.members.lazy.compactMap { first(in: $0.value, but: expected) }.first
    default: return nil
    }
  }

  /// The first control token in a response that stands in a rendered text; those at its end, with white
  /// space among them, are how its turn was ended.
  func first(inResponse text: String, but expected: String? = nil) -> String? {
    let bytes = Array(text.utf8)
    var end = bytes.count
    func passSpace() {
      while end > 0, [0x09, 0x0A, 0x0D, 0x20].contains(bytes[end - 1]) { end -= 1 }
    }
    var matches = finder.matches(in: bytes)
    passSpace()
    while let last = matches.last, last.upperBound == end {
      matches.removeLast()
      end = last.lowerBound
      passSpace()
    }
    return matches.lazy.map { String(decoding: bytes[$0], as: UTF8.self) }
      .first { $0 != expected }
  }

  // MARK: - Marks

  // Private-use characters that stand around a control token of the user's, from the conversation
  // through the template to the tokenizer.
  private static let start = Array("\u{F0000}".utf8)
  private static let end = Array("\u{F0001}".utf8)

  /// The value with marks around the control tokens in its texts; names of members have none.
  func marked(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(marked(text))
    case .array(let values): .array(values.map(marked))
    case .object(let object): .object(marked(object))
    default: value
    }
  }

  func marked(_ object: JSONObject) -> JSONObject {
    var result = JSONObject()
    for (name, value) in object.members { result[name] = marked(value) }
    return result
  }

  /// The same with the names of members as well.
  func markedWhole(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let values): return .array(values.map(markedWhole))
    case .object(let object):
      var result = JSONObject()
      for (name, value) in object.members { result[marked(name)] = markedWhole(value) }
      return .object(result)
    default: return marked(value)
    }
  }

  /// Marks that the text has already go first, so that no one forges a marked token.
  func marked(_ text: String) -> String {
    let bytes = Array(Self.unmarked(text).utf8)
    var result: [UInt8] = []
    var position = 0
    for match in finder.matches(in: bytes) {
      result += bytes[position..<match.lowerBound] + Self.start + bytes[match] + Self.end
      position = match.upperBound
    }
    return String(decoding: result + bytes[position...], as: UTF8.self)
  }

  /// The text without marks.
  static func unmarked(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { !isMark($0) }))
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value == 0xF0000 || scalar.value == 0xF0001
  }

  /// A part of a rendered text: as it is, or a marked token that is to be encoded as plain text.
  private enum Part {
    case text([UInt8])
    case token([UInt8])
  }

  /// The parts between marks. A mark that stands alone, because the template has cut the text, goes but
  /// still parts the text, so that its two sides do not join into a control token.
  private func parts(of text: String) -> [Part] {
    let bytes = Array(text.utf8)
    var parts: [Part] = []
    var current: [UInt8] = []
    var position = 0
    func stands(_ mark: [UInt8], at place: Int) -> Bool { bytes[place...].starts(with: mark) }
    while position < bytes.count {
      let isStart = stands(Self.start, at: position)
      guard isStart || stands(Self.end, at: position) else {
        current.append(bytes[position])
        position += 1
        continue
      }
      parts.append(.text(current))
      current = []
      position += Self.start.count
      guard isStart, let token = markedToken(in: bytes, at: position) else { continue }
      parts.append(.token(Array(bytes[token])))
      position = token.upperBound + Self.end.count
    }
    return parts + [.text(current)]
  }

  /// The added token that stands here with a mark after it.
  private func markedToken(in bytes: [UInt8], at position: Int) -> Range<Int>? {
    guard let end = Self.range(of: Self.end, in: bytes, from: position) else { return nil }
    let token = position..<end
    return added.matches(in: Array(bytes[token])) == [0..<token.count] ? token : nil
  }

  private static func range(of mark: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    // A token has no marks in it.
    for place in start..<bytes.count where bytes[place] == mark[0] {
      if bytes[place...].starts(with: mark) { return place }
      if bytes[place...].starts(with: Self.start) { return nil }
    }
    return nil
  }

  // MARK: - Encoding

  /// The tokens of a text rendered from marked messages.
  /// - Throws: `TareError.badData` for a control token that the tokenizer makes of plain text, too.
  func encode(
    _ text: String, _ tokenizer: Tokenizer
  ) throws(TareError) -> (ids: [Int32], isSanitized: Bool) {
    let newline = try tokenizer.encode("\n", addSpecialTokens: false)
    var ids: [Int32] = []
    var isSanitized = false
    for (index, part) in parts(of: text).enumerated() {
      switch part {
      case .text(let bytes):
        let text = String(decoding: bytes, as: UTF8.self)
        if index == 0 {
          ids += try tokenizer.encode(text, addSpecialTokens: false)
        } else if !text.isEmpty {
          ids += try Self.inside(text, newline) { text throws(TareError) in
            try tokenizer.encode(text, addSpecialTokens: false)
          }
        }
      case .token(let bytes):
        let token = String(decoding: bytes, as: UTF8.self)
        let plain = try Self.inside(token, newline) { text throws(TareError) in
          try tokenizer.encode(plain: text)
        }
        guard tokenizer.id(of: token).map({ !plain.contains($0) }) ?? true else {
          throw .badData(
            place: "messages",
            found: "the control token '\(token)', which the tokenizer also produces from "
              + "plain text", accepted: "texts without it")
        }
        ids += plain
        isSanitized = true
      }
    }
    return (ids, isSanitized)
  }

  /// The tokens of a text that does not begin the whole: encoded after a line feed, which is taken off
  /// again, so that no space is put before it.
  private static func inside(
    _ text: String, _ newline: [Int32], _ encode: (String) throws(TareError) -> [Int32]
  ) throws(TareError) -> [Int32] {
    let ids = try encode("\n" + text)
    return ids.starts(with: newline) ? Array(ids.dropFirst(newline.count)) : try encode(text)
  }
}
