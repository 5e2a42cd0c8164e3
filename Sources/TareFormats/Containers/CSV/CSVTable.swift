/// A CSV file as rows and named columns; cells stay bytes until they are asked for.
package import TareCore

package struct CSVTable: TableRows {
  private let bytes: [UInt8]
  private let header: CSVHeader
  package private(set) var skipped = SkippedRows()
  /// Where each row begins, [row].
  private var starts: [Int] = []
  /// The line each row begins on, [row]; empty where each begins on the line after the one before,
  /// the first on the second.
  private var lines: [UInt32] = []
  /// Where each cell ends, counted from its row's begin, [row, column].
  private var ends: [UInt32] = []

  package var columns: [String] { header.columns }
  package var count: Int { starts.count }
  package var isText: Bool { true }
  package func place(of row: Int) -> String { Self.place(of: row, lines) }
  package var withoutCells: any TableRows {
    EmptiedRows(self) { [lines] row in Self.place(of: row, lines) }
  }

  private static func place(of row: Int, _ lines: [UInt32]) -> String {
    "line \(lines.isEmpty ? row + 2 : Int(lines[row]))"
  }

  /// The mark of each column's numbers, [column]; nil where it is a point in all of them.
  private var marks: [DecimalMark]?

  /// - Parameter skipsBadRows: leaves bad rows out and counts them in `skipped`.
  /// - Throws: `TareError.badData` for unbalanced quotes, a row that is shorter or longer than the
  ///   header, a column name that stands twice, and a header without rows.
  init(_ bytes: [UInt8], skipsBadRows: Bool = false) throws(TareError) {
    self.bytes = bytes
    let dialect = CSVDialect(recognising: bytes.span, isWhole: true)
    var scanner = dialect.scanner
    var headerEnds: [Int] = []
    switch scanner.nextRow(in: bytes.span, .file, appendingEndsTo: &headerEnds) {
    case .row(let row): header = try CSVHeader(row, ends: headerEnds, in: bytes.span, dialect)
    case .fault(let fault): throw fault.error([])
    case .needsMore, .end: header = try CSVHeader(nil, ends: [], in: bytes.span, dialect)
    }
    // What is reserved and not used costs no memory.
    // A row has a byte for each of its columns but one.
    let width = max(1, header.columns.count)
    let lineCount = min(bytes.count { $0 == newLine }, bytes.count / width) + 1
    starts.reserveCapacity(lineCount)
    ends.reserveCapacity(lineCount * width)
    var cells: [Int] = []
    rows: while true {
      cells.removeAll(keepingCapacity: true)
      // Who skips bad rows has not had the file's UTF-8 checked before.
      let step = scanner.nextRow(
        in: bytes.span, .file, columns: columns.count, isASCII: !skipsBadRows,
        appendingEndsTo: &cells)
      switch step {
      case .row(let row):
        if lines.isEmpty, row.line != starts.count + 2 {
          lines = (0..<starts.count).map { UInt32(clamping: $0 + 2) }
          lines.append(UInt32(clamping: row.line))
        } else if !lines.isEmpty {
          lines.append(UInt32(clamping: row.line))
        }
        starts.append(row.start)
        for end in cells { ends.append(UInt32(clamping: end - row.start)) }
      case .fault(let fault):
        guard skipsBadRows else { throw fault.error(columns) }
        skipped.add(fault.kind, line: fault.line, fault.error(columns))
      case .needsMore, .end: break rows
      }
    }
    guard !starts.isEmpty else {
      throw skipped.first
        ?? .badData(place: "", found: "a header without rows", accepted: "at least one row")
    }
    marks = dialect.marks
    decideMarks()
  }

  /// The marks of the columns whose first rows do not show them.
  private mutating func decideMarks() {
    for column in columns.indices where marks?[column] == .undecided {
      var mark = DecimalMark.undecided
      for row in starts.indices where mark == .undecided {
        let text = cell(row, column)
        let isQuoted = text.first == quote
        mark.note(
          DecimalMark.shape(
            of: bytes.span, text.startIndex + (isQuoted ? 1 : 0),
            text.endIndex - (isQuoted ? 1 : 0)))
      }
      marks?[column] = mark
    }
  }

  package var notes: [String] { [header.dialect.note].compactMap(\.self) }

  package var plainFormat: String? { header.plainFormat }
  package var cellSeparator: UInt8? { header.dialect.separator }
  package var hasDecimalCommas: Bool { marks != nil }

  package func decimalMark(of column: String) -> DecimalMark {
    guard let marks, let index = columns.firstIndex(of: column) else { return .point }
    return marks[index]
  }

  package func value(of column: String, in row: Int) -> JSONValue {
    columns.firstIndex(of: column).map { .string(text(row, $0)) } ?? .null
  }

  package func values(of column: String, in rows: [Int]) -> [JSONValue] {
    guard let index = columns.firstIndex(of: column) else {
      return rows.map { _ in .null }
    }
    return rows.map { .string(text($0, index)) }
  }

  /// The bytes of a cell as they stand in the file, with their quotes.
  private func cell(_ row: Int, _ column: Int) -> ArraySlice<UInt8> {
    let range = range(row, column)
    return bytes[range.start..<range.end]
  }

  private func range(_ row: Int, _ column: Int) -> (start: Int, end: Int) {
    let cell = row * header.columns.count + column
    let start = starts[row]
    return (column == 0 ? start : start + Int(ends[cell - 1]) + 1, start + Int(ends[cell]))
  }

  func text(_ row: Int, _ column: Int) -> String {
    let cell = cell(row, column)
    return CSVCell.text(in: bytes.span, cell.startIndex, cell.endIndex)
  }
}

// MARK: - Columns

extension CSVTable {
  package func numbers(of column: String, in rows: [Int]) -> [Double]? {
    guard let index = columns.firstIndex(of: column) else { return nil }
    let bytes = bytes.span
    let mark = marks?[index] ?? .point
    return rows.map { row in
      var (start, end) = range(row, index)
      if start < end, bytes[start] == quote { (start, end) = (start + 1, end - 1) }
      let number =
        mark == .point
        ? DecimalText.number(in: bytes, start, end)
        : DecimalText.number(in: bytes, start, end, mark)
      return number ?? .nan
    }
  }

  package func names(of column: String, in rows: [Int]) -> NameColumn? {
    guard let index = columns.firstIndex(of: column) else { return nil }
    let bytes = bytes.span
    var names = InternedNames()
    let codes = rows.map { row -> Int32 in
      let (start, end) = range(row, index)
      guard start < end else { return -1 }
      guard bytes[start] == quote else { return names.number(in: bytes, start, end) }
      let name = CSVCell.bytes(in: bytes, start, end)
      return name.isEmpty ? -1 : names.number(in: name.span, 0, name.count)
    }
    return names.column(codes)
  }

  package func texts(of column: String) -> TextReader? {
    guard let index = columns.firstIndex(of: column) else { return nil }
    return { row, text in
      CSVCell.appendText(of: cell(row, index), to: &text)
      return true
    }
  }
}

// MARK: - Writing

extension CSVTable {
  package func encoded(_ rows: [Int], adding added: [TableColumn]) -> [UInt8] {
    let replaced = columns.map { column in added.first { $0.name == column } }
    let appended = added.filter { !columns.contains($0.name) }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + rows.count * added.count * 20)
    out += header.bytes
    for column in appended {
      out.append(header.dialect.separator)
      CSVCell.append(.string(column.name), to: &out, header.dialect)
    }
    out += header.lineEnd
    for (position, row) in rows.enumerated() {
      for column in columns.indices {
        if column > 0 { out.append(header.dialect.separator) }
        if let new = replaced[column] {
          CSVCell.append(new.values[position], to: &out, header.dialect)
        } else {
          out += cell(row, column)
        }
      }
      for column in appended {
        out.append(header.dialect.separator)
        CSVCell.append(column.values[position], to: &out, header.dialect)
      }
      out += header.lineEnd
    }
    return out
  }
}
