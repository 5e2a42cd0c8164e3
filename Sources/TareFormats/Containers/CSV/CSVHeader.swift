/// The first row of a CSV file: the columns' names, and what is written back of it.
import TareCore

package struct CSVHeader: Sendable {
  package let columns: [String]
  let dialect: CSVDialect
  /// What stands above it and the row as it stands, without its line end.
  let bytes: [UInt8]
  /// What ends the header's line: LF, CRLF or CR; written rows end so too.
  let lineEnd: [UInt8]

  /// The output format as which the file is laid out; nil for one that is written for its own files alone.
  package var plainFormat: String? {
    guard dialect.preamble == 0, !dialect.writesCommas else { return nil }
    switch dialect.separator {
    case comma: return CSVOutput.key
    case UInt8(ascii: "\t"): return TSVOutput.key
    default: return nil
    }
  }

  /// Whether the first rows have no value in a column.
  package func seemsEmpty(_ column: String) -> Bool {
    columns.firstIndex(of: column).map(dialect.emptyColumns.contains) ?? false
  }

  /// - Parameters:
  ///   - row: the header's row and the ends of its cells; nil where the file has none.
  ///   - bytes: those of the file from its beginning.
  /// - Throws: `TareError.badData` for a name that stands twice, blanks around it aside.
  init(
    _ row: CSVScanner.Row?, ends: [Int], in bytes: Span<UInt8>, _ dialect: CSVDialect
  ) throws(TareError) {
    self.dialect = dialect
    guard let row else {
      columns = []
      self.bytes = []
      lineEnd = [newLine]
      return
    }
    try TableWidth.check(ends.count, place: "line \(row.line)")
    var names: [String] = []
    var numbers: [String: Int] = [:]
    for (index, end) in ends.enumerated() {
      let start = index == 0 ? row.start : ends[index - 1] + 1
      var name = CSVCell.text(in: bytes, start, end).trimmed
      if index == 0, name.hasPrefix("#"), bytes[start] != quote {
        // The name's quotes, if it has any, stand behind the sign.
        name =
          bytes[start] == UInt8(ascii: "#") && end - start > 2 && bytes[end - 1] == quote
          ? CSVCell.text(in: bytes, start + 1, end).trimmed : String(name.dropFirst()).trimmed
      }
      // A byte order mark inside the first name's quotes.
      while index == 0, name.first == "\u{FEFF}" { name.removeFirst() }
      if let first = numbers.updateValue(index, forKey: name) {
        throw .badData(
          place: "line \(row.line)",
          found: "the name '\(name)' for column \(first + 1) and column \(index + 1)",
          accepted: "unique column names")
      }
      names.append(name)
    }
    columns = names
    self.bytes = (0..<dialect.preamble).map { bytes[$0] } + (row.start..<row.end).map { bytes[$0] }
    let hasReturn = row.end < bytes.count && bytes[row.end] == carriageReturn
    let isPair = hasReturn && row.end + 1 < bytes.count && bytes[row.end + 1] == newLine
    lineEnd = isPair ? [carriageReturn, newLine] : hasReturn ? [carriageReturn] : [newLine]
  }
}
