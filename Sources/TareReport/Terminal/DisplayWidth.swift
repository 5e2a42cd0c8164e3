/// How many columns of a terminal a text takes, and how to make it fit.
internal import TareCore

extension Character {
  /// 0 for marks that stand on nothing, 2 for East Asian wide characters and emoji, otherwise 1.
  package var displayWidth: Int {
    guard let first = unicodeScalars.first else { return 0 }
    // U+FE0F asks for the emoji's picture where the character alone would be text.
    if unicodeScalars.contains("\u{FE0F}") { return 2 }
    switch first.properties.generalCategory {
    case .control, .format, .nonspacingMark, .enclosingMark: return 0
    default: return first.isWide ? 2 : 1
    }
  }
}

extension Unicode.Scalar {
  /// Emoji, and the blocks whose East Asian Width is W or F (Unicode Standard Annex 11).
  fileprivate var isWide: Bool {
    guard value >= 0x1100 else { return false }
    if properties.isEmojiPresentation { return true }
    return switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
      0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
      0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}

extension String {
  package var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

  /// The text on one line, without what would steer the terminal: white space becomes a space, control
  /// characters and those that reorder text are shown (`showingControls`), and marks of direction are
  /// left out.
  package var printable: String {
    var result = UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar {
      case "\t", "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": result.append(" ")
      case "\u{200E}", "\u{200F}": continue
      default: result.append(scalar)
      }
    }
    return String(result).showingControls()
  }

  /// The text cut to `width` columns; '…' stands for what was cut.
  package func truncated(toWidth width: Int) -> String {
    guard displayWidth > width else { return self }
    guard width > 0 else { return "" }
    var result = ""
    var used = 0
    for character in self {
      used += character.displayWidth
      if used > width - 1 { break }
      result.append(character)
    }
    return result + "…"
  }

  /// The text with spaces before or after it, up to `width` columns.
  func padded(toWidth width: Int, _ alignment: TerminalTable.Alignment) -> String {
    let space = String(repeating: " ", count: max(0, width - displayWidth))
    return alignment == .left ? self + space : space + self
  }

  var withoutTrailingSpaces: String { String(reversed().drop { $0 == " " }.reversed()) }

  /// The text in lines of at most `width` columns, broken at spaces; a longer word stays whole.
  package func wrapped(toWidth width: Int) -> String {
    var lines: [String] = []
    for word in split(separator: " ") {
      if let last = lines.last, last.displayWidth + 1 + String(word).displayWidth <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n")
  }
}
