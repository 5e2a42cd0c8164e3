/// Writes the rows of a CSV file as they stand, with columns of numbers added or replaced.
package import TareCore

/// The bytes are those of `CSVTable.encoded`: untouched cells keep theirs, a column that is there
/// already is replaced in its place, others follow behind, and every row ends as the header does.
package struct CSVRewriter {
  private let sink: ByteSink
  private let header: CSVHeader
  /// Which of the new columns stands in the place of an old one, [old column].
  private let replaced: [Int?]
  private let isReplacing: Bool
  /// The new columns that follow behind.
  private let appended: [Int]
  private var out: [UInt8] = []
  /// nil where cells stay as they stand, whatever a spreadsheet does with them.
  private var formulas: FormulaFilter?

  /// Bytes that are written at once.
  private static let pieceSize = 1 << 20

  /// Writes the header.
  ///
  /// - Parameter isSafe: whether an apostrophe goes before cells that a spreadsheet would run.
  package init(
    _ header: CSVHeader, adding columns: [String], to sink: ByteSink, isSafe: Bool = false
  ) {
    self.sink = sink
    formulas = isSafe ? FormulaFilter(separator: header.dialect.separator) : nil
    self.header = header
    replaced = header.columns.map { columns.firstIndex(of: $0) }
    isReplacing = replaced.contains { $0 != nil }
    appended = columns.indices.filter { !header.columns.contains(columns[$0]) }
    out.reserveCapacity(Self.pieceSize + (1 << 16))
    out += header.bytes
    for column in appended {
      out.append(header.dialect.separator)
      CSVCell.append(.string(columns[column]), to: &out, header.dialect)
    }
    out += header.lineEnd
  }

  /// Writes the rows of the reader's block.
  ///
  /// - Parameters:
  ///   - values: a number a row, [new column][row]; one that is not finite is written as null.
  ///   - first: the row of `values` that belongs to the block's first.
  package mutating func write(
    _ reader: borrowing CSVColumnReader, _ values: [[Double]], from first: Int = 0
  ) throws(TareError) {
    for column in values {
      precondition(column.count >= first + reader.block.count, "a number a row")
    }
    let columns = header.columns.count
    let bytes = reader.bytes
    for row in 0..<reader.block.count {
      let start = reader.block.starts[row]
      if isReplacing {
        write(bytes, start, reader.block.ends[(row * columns)..<((row + 1) * columns)]) {
          values[$0][first + row]
        }
      } else {
        out += bytes[start..<reader.block.ends[(row + 1) * columns - 1]]
      }
      for column in appended {
        out.append(header.dialect.separator)
        append(values[column][first + row])
      }
      out += header.lineEnd
      if out.count >= Self.pieceSize { try flush() }
    }
  }

  /// Writes what is held back. The sink is finished by who made it.
  package mutating func finish() throws(TareError) {
    try flush()
    guard formulas != nil else { return }
    var rest: [UInt8] = []
    formulas?.finish(&rest)
    try sink.write(rest)
  }

  private mutating func flush() throws(TareError) {
    if formulas == nil {
      try sink.write(out)
    } else {
      var safe: [UInt8] = []
      safe.reserveCapacity(out.count)
      formulas?.append(out, to: &safe)
      try sink.write(safe)
    }
    out.removeAll(keepingCapacity: true)
  }

  /// A row with some of its cells replaced.
  private mutating func write(
    _ bytes: [UInt8], _ start: Int, _ ends: ArraySlice<Int>, _ value: (Int) -> Double
  ) {
    var start = start
    for (column, end) in ends.enumerated() {
      if column > 0 { out.append(header.dialect.separator) }
      if let new = replaced[column] { append(value(new)) } else { out += bytes[start..<end] }
      start = end + 1
    }
  }

  /// The shortest text that reads back, as JSON has it.
  private mutating func append(_ number: Double) {
    guard number.isFinite else {
      out += "null".utf8
      return
    }
    guard header.dialect.writesCommas else {
      out += number.description.utf8
      return
    }
    CSVCell.append(.double(number), to: &out, header.dialect)
  }
}
