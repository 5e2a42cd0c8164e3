/// One cell of CSV: what it says, and how a value is written as one.
import TareCore

enum CSVCell {
  /// The bytes between two offsets, as they stand.
  static func string(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> String {
    String(decoding: (start..<end).map { bytes[$0] }, as: UTF8.self)
  }

  /// What the cell between two offsets says, without its quotes.
  static func text(in bytes: Span<UInt8>, _ start: Int, _ end: Int) -> String {
    String(decoding: self.bytes(in: bytes, start, end), as: UTF8.self)
  }

  /// The UTF-8 of what the cell says, without its quotes.
  static func bytes(in bytes: Span<UInt8>, _ start: Int, _ end: Int) -> [UInt8] {
    guard start < end, bytes[start] == quote else { return (start..<end).map { bytes[$0] } }
    var inner: [UInt8] = []
    inner.reserveCapacity(end - start)
    var afterQuote = false
    for offset in start + 1..<end - 1 {
      let byte = bytes[offset]
      if byte == quote, !afterQuote {
        afterQuote = true
      } else {
        inner.append(byte)
        afterQuote = false
      }
    }
    return inner
  }

  /// Appends what a cell says.
  static func appendText(of cell: ArraySlice<UInt8>, to text: inout [UInt8]) {
    guard cell.first == quote else {
      text += cell
      return
    }
    let inner = cell.dropFirst().dropLast()
    if inner.contains(quote) {
      text += bytes(in: cell.span, 0, cell.count)
    } else {
      text += inner
    }
  }

  /// A number, in quotes or not.
  static func number(
    in bytes: Span<UInt8>, _ start: Int, _ end: Int, _ mark: DecimalMark
  ) -> Double? {
    guard start < end, bytes[start] == quote else {
      return DecimalText.number(in: bytes, start, end, mark)
    }
    return DecimalText.number(in: bytes, start + 1, end - 1, mark)
  }

  /// Writes a row of a column as a cell, as its value is written.
  static func append(
    _ row: Int, of column: Column, to out: inout [UInt8], _ dialect: CSVDialect
  ) {
    if column.missing?[row] == true { return }
    switch column.values {
    case .integers(let values): out += String(values[row]).utf8
    case .numbers(let values) where values[row].isFinite && !dialect.writesCommas:
      out += values[row].description.utf8
    case .texts(let texts): append(texts.bytes, texts.range(of: row), to: &out, dialect)
    case .names(let codes, let texts):
      append(texts.bytes, texts.range(of: Int(codes[row])), to: &out, dialect)
    default: append(column[row], to: &out, dialect)
    }
  }

  /// Writes a text, in quotes where it must be.
  private static func append(
    _ bytes: [UInt8], _ range: Range<Int>, to out: inout [UInt8], _ dialect: CSVDialect
  ) {
    let text = bytes[range]
    guard
      text.contains(where: { $0 == dialect.separator || $0 == quote || isLineEnd($0) })
    else {
      out += text
      return
    }
    out.append(quote)
    for byte in text {
      if byte == quote { out.append(quote) }
      out.append(byte)
    }
    out.append(quote)
  }

  /// Writes a value as a cell: nothing for null, JSON for what is not a string, in quotes where it
  /// must be.
  static func append(_ value: JSONValue, to out: inout [UInt8], _ dialect: CSVDialect) {
    let text: String
    switch value {
    case .null: return
    case .string(let string): text = string
    case .double where dialect.writesCommas: text = value.text().replacing(".", with: ",")
    default: text = value.text()
    }
    guard
      text.utf8.contains(where: {
        $0 == dialect.separator || $0 == quote || isLineEnd($0)
      })
    else {
      out += text.utf8
      return
    }
    out += "\"\(text.replacing("\"", with: "\"\""))\"".utf8
  }
}
