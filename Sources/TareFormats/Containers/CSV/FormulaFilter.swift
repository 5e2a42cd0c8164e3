/// CSV that no spreadsheet runs: an apostrophe before the cells of text that it would take for formulas.
package import Foundation

/// Works on the bytes of CSV as they come, whoever has written them.
///
/// A cell is text that may run where it begins, after blanks, with =, +, - or @, their full-width forms, a
/// tab or a line's end (OWASP, "CSV Injection"). One that is a number with its sign stays as it is.
package struct FormulaFilter {
  private enum State {
    /// Nothing but blanks of the cell has come.
    case start
    /// Within a character of three bytes that may be a full-width sign.
    case wide
    /// A sign and what may be the rest of a number.
    case number
    /// A quote behind such a number: the cell's end, or a quote of its text.
    case numberQuote
    case content
    /// A quote within quotes: the cell's end, or a quote of its text.
    case quote(isEmpty: Bool)
  }

  private let separator: UInt8
  private var state = State.start
  private var isQuoted = false
  /// What of the cell waits until it is known what it is.
  private var held: [UInt8] = []
  private var isAtFileStart = true

  /// More bytes than the longest decimal of a Double has: what goes on behind them is text.
  static let longestNumber = 1200
  private static let wideSigns: [[UInt8]] = ["＝", "＋", "－", "＠"].map { Array($0.utf8) }
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  package init(separator: UInt8 = UInt8(ascii: ",")) { self.separator = separator }

  /// A whole file.
  package static func whole(_ data: Data, separator: UInt8 = UInt8(ascii: ",")) -> Data {
    var filter = FormulaFilter(separator: separator)
    var out: [UInt8] = []
    out.reserveCapacity(data.count)
    filter.append(data, to: &out)
    filter.finish(&out)
    return Data(out)
  }

  package mutating func append(_ bytes: some Sequence<UInt8>, to out: inout [UInt8]) {
    for byte in bytes { take(byte, &out) }
  }

  /// The end of the file.
  package mutating func finish(_ out: inout [UInt8]) {
    switch state {
    case .number: endNumber(&out)
    case .numberQuote:
      endNumber(&out)
      out.append(quote)
    default: release(&out)
    }
    state = .start
    isQuoted = false
  }

  private mutating func take(_ byte: UInt8, _ out: inout [UInt8]) {
    switch state {
    case .start: start(byte, &out)
    case .wide: wide(byte, &out)
    case .number: number(byte, &out)
    case .numberQuote:
      if byte == quote {
        mark(&out)
        out += [quote, quote]
        state = .content
      } else {
        endNumber(&out)
        out.append(quote)
        state = .quote(isEmpty: false)
        take(byte, &out)
      }
    case .content: content(byte, &out)
    case .quote(let isEmpty): afterQuote(byte, isEmpty: isEmpty, &out)
    }
  }

  private func endsCell(_ byte: UInt8) -> Bool { byte == separator || isLineEnd(byte) }

  private mutating func start(_ byte: UInt8, _ out: inout [UInt8]) {
    switch byte {
    case _ where !isQuoted && endsCell(byte): endCell(byte, &out)
    case quote where isQuoted:
      release(&out)
      out.append(byte)
      state = .quote(isEmpty: true)
    case quote where held.isEmpty:
      out.append(byte)
      isQuoted = true
    case 0x20: held.append(byte)
    case UInt8(ascii: "="), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D:
      held.append(byte)
      mark(&out)
      state = .content
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      held.append(byte)
      state = .number
    case 0xEF:
      held.append(byte)
      state = .wide
    default:
      release(&out)
      out.append(byte)
      state = .content
    }
  }

  private mutating func wide(_ byte: UInt8, _ out: inout [UInt8]) {
    guard byte & 0xC0 == 0x80 else {
      release(&out)
      state = .content
      return take(byte, &out)
    }
    held.append(byte)
    let character = Array(held.drop { $0 == 0x20 })
    guard character.count == 3 else { return }
    if isAtFileStart, held == Self.byteOrderMark {
      release(&out)
      state = .start
      return
    }
    if Self.wideSigns.contains(character) { mark(&out) } else { release(&out) }
    state = .content
  }

  private mutating func number(_ byte: UInt8, _ out: inout [UInt8]) {
    if byte == quote, isQuoted {
      state = .numberQuote
    } else if !isQuoted, endsCell(byte) {
      endNumber(&out)
      endCell(byte, &out)
    } else if held.count < Self.longestNumber, Self.mayBeInNumber(byte) {
      held.append(byte)
    } else {
      mark(&out)
      state = .content
      take(byte, &out)
    }
  }

  private mutating func content(_ byte: UInt8, _ out: inout [UInt8]) {
    if byte == quote, isQuoted {
      out.append(byte)
      state = .quote(isEmpty: false)
    } else if !isQuoted, endsCell(byte) {
      endCell(byte, &out)
    } else {
      out.append(byte)
    }
  }

  /// - Parameter isEmpty: whether nothing but blanks stood between the quotes: what follows is then the
  ///   beginning of the cell.
  private mutating func afterQuote(_ byte: UInt8, isEmpty: Bool, _ out: inout [UInt8]) {
    if byte == quote {
      out.append(byte)
      state = .content
      return
    }
    isQuoted = false
    if endsCell(byte) { return endCell(byte, &out) }
    state = isEmpty ? .start : .content
    take(byte, &out)
  }

  private mutating func endCell(_ byte: UInt8, _ out: inout [UInt8]) {
    release(&out)
    out.append(byte)
    state = .start
    isAtFileStart = false
  }

  /// Writes what was held as it stands.
  private mutating func release(_ out: inout [UInt8]) {
    out += held
    held.removeAll(keepingCapacity: true)
  }

  /// Writes it as text.
  private mutating func mark(_ out: inout [UInt8]) {
    out.append(UInt8(ascii: "'"))
    release(&out)
  }

  private mutating func endNumber(_ out: inout [UInt8]) {
    if Self.isNumber(held) { release(&out) } else { mark(&out) }
  }

  private static func mayBeInNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ","),
      UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "e"), UInt8(ascii: "E"), 0x20:
      true
    default: false
    }
  }

  /// A sign, digits with points and commas among them, and perhaps an exponent; blanks around.
  private static func isNumber(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...].drop { $0 == 0x20 }
    while rest.last == 0x20 { rest.removeLast() }
    rest = rest.dropFirst()
    let isDigit = { (byte: UInt8) in byte &- UInt8(ascii: "0") < 10 }
    let isPart = { (byte: UInt8) in
      isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",")
    }
    guard rest.prefix(while: isPart).contains(where: isDigit) else { return false }
    rest = rest.drop(while: isPart)
    guard let power = rest.popFirst() else { return true }
    guard power | 0x20 == UInt8(ascii: "e") else { return false }
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    return !rest.isEmpty && rest.allSatisfy(isDigit)
  }
}
