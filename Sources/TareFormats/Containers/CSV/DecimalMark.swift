/// What stands before the fraction of a column's numbers, and how a text shows it.
import TareCore

/// A comma is read as a decimal comma only where a column has it consistently: "1,234" alone may be
/// 1.234 or 1234, and is refused.
package enum DecimalMark: Sendable, Equatable {
  case point
  case comma
  /// No number so far has a fraction: the first that has one decides.
  case undecided
  /// The first that may have one may as well be a whole number: those with a comma are refused.
  case unclear

  /// How the fraction of a number is written.
  enum Shape: Sendable, Equatable {
    /// Digits alone, or no number at all.
    case none
    case point
    case comma
    /// One to three digits, and three behind a comma: a fraction or thousands.
    case ambiguous
    /// The same with a point, which is a fraction unless other columns have decimal commas.
    case pointOrThousands
  }

  /// The mark once a number of this shape was met.
  mutating func note(_ shape: Shape) {
    guard self == .undecided else { return }
    switch shape {
    case .none: break
    case .point, .pointOrThousands: self = .point
    case .comma: self = .comma
    case .ambiguous: self = .unclear
    }
  }

  static func shape(of bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Shape {
    let sign = UInt8(ascii: ",")
    var start = start
    var end = end
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
    while start < end, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
    if start < end, bytes[start] == UInt8(ascii: "-") || bytes[start] == UInt8(ascii: "+") {
      start += 1
    }
    func digits(from offset: Int) -> Int {
      var offset = offset
      while offset < end, bytes[offset] &- UInt8(ascii: "0") < 10 { offset += 1 }
      return offset
    }
    let mark = digits(from: start)
    guard mark < end, bytes[mark] == UInt8(ascii: ".") || bytes[mark] == sign else { return .none }
    let fraction = digits(from: mark + 1)
    let (whole, decimals) = (mark - start, fraction - mark - 1)
    guard whole + decimals > 0 else { return .none }
    if fraction < end {
      guard bytes[fraction] | 0x20 == UInt8(ascii: "e") else { return .none }
      return bytes[mark] == sign ? .comma : .point
    }
    let mayBeThousands = decimals == 3 && 1...3 ~= whole && bytes[start] != UInt8(ascii: "0")
    return bytes[mark] == sign
      ? mayBeThousands ? .ambiguous : .comma : mayBeThousands ? .pointOrThousands : .point
  }
}

extension DecimalText {
  /// A finite number whose fraction is written with this mark, or a list that holds one alone; nil for
  /// all else.
  static func number(
    in bytes: Span<UInt8>, _ start: Int, _ end: Int, _ mark: DecimalMark
  ) -> Double? {
    if mark == .point { return number(in: bytes, start, end) ?? element(in: bytes, start, end) }
    switch DecimalMark.shape(of: bytes, start, end) {
    case .none: return number(in: bytes, start, end) ?? element(in: bytes, start, end)
    case .point where mark != .comma, .pointOrThousands where mark != .comma && mark != .unclear:
      return number(in: bytes, start, end)
    case .comma where mark != .unclear, .ambiguous where mark == .comma:
      let text = (start..<end).map { bytes[$0] == comma ? UInt8(ascii: ".") : bytes[$0] }
      return number(in: text.span, 0, text.count)
    default: return nil
    }
  }

  static func number(_ text: String, _ mark: DecimalMark) -> Double? {
    let bytes = Array(text.utf8)
    return number(in: bytes.span, 0, bytes.count, mark)
  }

  /// The number of "[0.44]", and of "[[0.44]]" as two nested lists are written.
  private static func element(in bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
    var (start, end) = (start, end)
    var depth = 0
    while true {
      while start < end, bytes[start] == 0x20 { start += 1 }
      while start < end, bytes[end - 1] == 0x20 { end -= 1 }
      guard depth < 2, end - start > 2, bytes[start] == UInt8(ascii: "["),
        bytes[end - 1] == UInt8(ascii: "]")
      else { break }
      (start, end) = (start + 1, end - 1)
      depth += 1
    }
    return depth > 0 ? number(in: bytes, start, end) : nil
  }

  /// What is accepted where a text is no such number.
  static func accepted(_ text: String, _ mark: DecimalMark) -> String {
    let bytes = Array(text.utf8)
    switch (DecimalMark.shape(of: bytes.span, 0, bytes.count), mark) {
    case (.ambiguous, .undecided), (.ambiguous, .unclear):
      return "an unambiguous number: without a thousands separator, or with a decimal point"
    case (.pointOrThousands, .comma), (.pointOrThousands, .unclear):
      return
        "an unambiguous number: without a thousands separator, or with a decimal comma"
    case (.comma, .unclear), (.comma, .point):
      return "a finite number with a decimal point, as elsewhere in the file"
    case (.point, .comma):
      return "a finite number with a decimal comma, as elsewhere in the file"
    default: return "a finite number"
    }
  }
}
