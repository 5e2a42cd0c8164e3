/// A CSV file as rows and named columns; cells stay bytes until they are asked for.
package import TareCore

package struct CSVTable: TableRows {
  package let columns: [String]
  private let bytes: [UInt8]
  private let headerLine: [UInt8]
  /// What ends the header's line: LF or CRLF.
  private let lineEnd: [UInt8]
  /// Where each row begins, [row].
  private var starts: [Int] = []
  /// The line each row begins on, [row].
  private var lines: [Int] = []
  /// Where each cell ends, [row, column].
  private var ends: [Int] = []

  package var count: Int { starts.count }
  package var isText: Bool { true }
  package func place(of row: Int) -> String { "line \(lines[row])" }

  /// - Throws: `TareError.badData` for unbalanced quotes, a row that is shorter or longer than the
  ///   header, a column name that stands twice, and a header without rows.
  init(_ bytes: [UInt8]) throws(TareError) {
    self.bytes = bytes
    var parser = CSVParser(bytes)
    var headerEnds: [Int] = []
    let header = try parser.nextRow(appendingEndsTo: &headerEnds)
    var names: [String] = []
    for (index, end) in headerEnds.enumerated() {
      let start = index == 0 ? header?.start ?? 0 : headerEnds[index - 1] + 1
      let name = Self.text(bytes[start..<end])
      if let first = names.firstIndex(of: name) {
        throw .badData(
          place: "line \(header?.line ?? 1)",
          found: "the name '\(name)' for column \(first + 1) and column \(index + 1)",
          accepted: "names that differ")
      }
      names.append(name)
    }
    columns = names
    headerLine = Array(bytes[(header?.start ?? 0)..<(headerEnds.last ?? 0)])
    let isCRLF = bytes[(headerEnds.last ?? 0)...].starts(with: [carriageReturn, newLine])
    lineEnd = isCRLF ? [carriageReturn, newLine] : [newLine]
    while let row = try parser.nextRow(appendingEndsTo: &ends) {
      starts.append(row.start)
      lines.append(row.line)
      let expected = starts.count * columns.count
      guard ends.count == expected else {
        throw .badData(
          place: "line \(row.line)", found: "\(ends.count - expected + columns.count) cells",
          accepted: "\(columns.count), as many as the header has")
      }
    }
    guard !starts.isEmpty else {
      throw .badData(place: "", found: "a header without rows", accepted: "at least one row")
    }
  }

  package func values(of column: String, in rows: [Int]) -> [JSONValue] {
    guard let index = columns.firstIndex(of: column) else {
      return rows.map { _ in .null }
    }
    return rows.map { .string(text($0, index)) }
  }

  /// The bytes of a cell as they stand in the file, with their quotes.
  private func cell(_ row: Int, _ column: Int) -> ArraySlice<UInt8> {
    let cell = row * columns.count + column
    return bytes[(column == 0 ? starts[row] : ends[cell - 1] + 1)..<ends[cell]]
  }

  func text(_ row: Int, _ column: Int) -> String { Self.text(cell(row, column)) }

  /// What a cell says, without its quotes.
  private static func text(_ cell: ArraySlice<UInt8>) -> String {
    guard cell.first == quote else { return String(decoding: cell, as: UTF8.self) }
    var inner: [UInt8] = []
    inner.reserveCapacity(cell.count)
    var afterQuote = false
    for byte in cell.dropFirst().dropLast() {
      if byte == quote, !afterQuote {
        afterQuote = true
      } else {
        inner.append(byte)
        afterQuote = false
      }
    }
    return String(decoding: inner, as: UTF8.self)
  }
}

// MARK: - Writing

extension CSVTable {
  package func encoded(_ rows: [Int], adding added: [TableColumn]) -> [UInt8] {
    let replaced = columns.map { column in added.first { $0.name == column } }
    let appended = added.filter { !columns.contains($0.name) }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + rows.count * added.count * 20)
    out += headerLine
    for column in appended {
      out.append(comma)
      Self.append(.string(column.name), to: &out)
    }
    out += lineEnd
    for (position, row) in rows.enumerated() {
      for column in columns.indices {
        if column > 0 { out.append(comma) }
        if let new = replaced[column] {
          Self.append(new.values[position], to: &out)
        } else {
          out += cell(row, column)
        }
      }
      for column in appended {
        out.append(comma)
        Self.append(column.values[position], to: &out)
      }
      out += lineEnd
    }
    return out
  }

  /// Writes a value as a cell: nothing for null, JSON for what is not a string, in quotes where it
  /// must be.
  private static func append(_ value: JSONValue, to out: inout [UInt8]) {
    let text: String
    switch value {
    case .null: return
    case .string(let string): text = string
    default: text = value.text()
    }
    guard text.utf8.contains(where: { $0 == comma || $0 == quote || isLineEnd($0) }) else {
      out += text.utf8
      return
    }
    out += "\"\(text.replacing("\"", with: "\"\""))\"".utf8
  }
}
