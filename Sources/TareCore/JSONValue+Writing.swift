/// Writing JSON: compact or indented, members in order or sorted, numbers in their shortest form.

extension JSONValue {
  /// - Parameters:
  ///   - indent: spaces a level, or nil for one line without spaces.
  ///   - sortedKeys: members by name instead of in their order.
  ///
  /// A NaN or infinite number has no JSON form and is written as `null`; whoever must not lose one
  /// checks before.
  package func text(indent: Int? = nil, sortedKeys: Bool = false) -> String {
    var out = ""
    write(to: &out, indent: indent, sortedKeys: sortedKeys, level: 0)
    return out
  }

  private func write(to out: inout String, indent: Int?, sortedKeys: Bool, level: Int) {
    func newLine(_ level: Int) {
      guard let indent else { return }
      out += "\n" + String(repeating: " ", count: indent * level)
    }
    switch self {
    case .null: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .int(let value): out += "\(value)"
    case .bigInt(let digits): out += digits
    case .double(let value): out += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.quote(value, to: &out)
    case .array(let values):
      if values.isEmpty {
        out += "[]"
        return
      }
      out += "["
      for (index, value) in values.enumerated() {
        if index > 0 { out += "," }
        newLine(level + 1)
        value.write(to: &out, indent: indent, sortedKeys: sortedKeys, level: level + 1)
      }
      newLine(level)
      out += "]"
    case .object(let object):
      if object.isEmpty {
        out += "{}"
        return
      }
      out += "{"
      let members = sortedKeys ? object.members.sorted { $0.key < $1.key } : object.members
      for (index, member) in members.enumerated() {
        if index > 0 { out += "," }
        newLine(level + 1)
        Self.quote(member.key, to: &out)
        out += indent == nil ? ":" : ": "
        member.value.write(to: &out, indent: indent, sortedKeys: sortedKeys, level: level + 1)
      }
      newLine(level)
      out += "}"
    }
  }

  private static func quote(_ text: String, to out: inout String) {
    out += "\""
    defer { out += "\"" }
    // Most texts stand as they are. U+2028 and U+2029 begin with 0xE2.
    let isPlain = text.utf8.allSatisfy {
      $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 != 0xE2
    }
    if isPlain {
      out += text
      return
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{0}"..<"\u{20}", "\u{2028}", "\u{2029}":
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
  }
}

// MARK: - UTF-8

extension [UInt8] {
  /// Appends a text in UTF-8 as a JSON string, written as `JSONValue` writes it.
  package mutating func appendQuoted(_ text: [UInt8]) {
    append(UInt8(ascii: "\""))
    var start = 0
    for (place, byte) in text.enumerated() where byte < 0x20 || Self.isMarked(byte) {
      guard let escape = Self.escape(of: text, at: place) else { continue }
      append(contentsOf: text[start..<place])
      append(contentsOf: escape.utf8)
      start = place + (byte == 0xE2 ? 3 : 1)
    }
    append(contentsOf: text[start...])
    append(UInt8(ascii: "\""))
  }

  /// Whether a byte is, or begins, what may have to be escaped though it is no control character.
  @inline(__always)
  private static func isMarked(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0xE2
  }

  private static func escape(of text: [UInt8], at place: Int) -> String? {
    switch text[place] {
    case UInt8(ascii: "\""): "\\\""
    case UInt8(ascii: "\\"): "\\\\"
    case UInt8(ascii: "\n"): "\\n"
    case UInt8(ascii: "\r"): "\\r"
    case UInt8(ascii: "\t"): "\\t"
    case 0xE2:
      // U+2028 and U+2029.
      text[place...].starts(with: [0xE2, 0x80, 0xA8])
        ? "\\u2028" : text[place...].starts(with: [0xE2, 0x80, 0xA9]) ? "\\u2029" : nil
    case let byte: (byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16)
    }
  }
}
