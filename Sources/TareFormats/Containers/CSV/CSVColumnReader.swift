/// Reads some columns of a CSV file, a block of rows at a time, in bounded memory.
package import TareCore

/// It holds a piece of the file (1 MiB, or as much as the longest row), the columns' values of the
/// block, and the names that were met.
///
/// The first bad row ends the reading with its error; bad rows that `badRows` leaves out are
/// counted instead. Behind broken quotes reading goes on with the first of the next lines that
/// holds a whole row with the right number of cells; the lines between are part of that bad row.
package struct CSVColumnReader {
  package let name: String
  package let header: CSVHeader
  package private(set) var block: CSVBlock
  /// Every name so far, [column].
  package private(set) var names: [InternedNames]
  package private(set) var skipped = SkippedRows()
  /// What the columns of labels have in common so far, [column]; lines are their rows.
  package private(set) var labelColumns: [LabelColumn]
  /// Rows in the blocks so far.
  package private(set) var count = 0

  private let columns: CSVColumns
  private let indices: CSVColumnIndices
  private let badRows: BadRows
  /// Whether names are numbered, or only checked.
  package var numbersNames: Bool
  private var pieces: CSVPieces
  private var scanner: CSVScanner
  /// The mark of each column's numbers so far, [column]; nil where it is a point in all of them.
  private var marks: [DecimalMark]?

  /// Rows in a block: enough that a call for each block costs nothing, few enough that their values
  /// stay in the cache.
  private static let blockRows = 4096

  /// Reads the header.
  ///
  /// - Parameter numbersNames: false for a second look at the same rows, where names are checked
  ///   and their numbers are not needed.
  /// - Throws: `TareError.badData` for a file that cannot be read, a broken header, and a column
  ///   that is not there.
  package init(
    _ pieces: CSVPieces, columns: CSVColumns, badRows: BadRows = BadRows(),
    numbersNames: Bool = true
  ) throws(TareError) {
    name = pieces.name
    self.columns = columns
    self.badRows = badRows
    self.numbersNames = numbersNames
    self.pieces = pieces
    block = CSVBlock(columns)
    names = columns.names.map { _ in InternedNames() }
    labelColumns = columns.labels.map { LabelColumn(isNamed: $0.kind == .needed) }
    do throws(TareError) {
      (header, scanner) = try self.pieces.readOpening()
      marks = header.dialect.marks
      indices = try CSVColumnIndices(columns, in: header.columns)
    } catch {
      throw error.inside(pieces.name)
    }
  }

  /// Puts the next rows in `block`.
  ///
  /// - Returns: false at the end of the file.
  /// - Throws: `TareError.badData` that names file, line and column of a bad row, unless those are
  ///   skipped; also for a file without a good row.
  package mutating func nextBlock() throws(TareError) -> Bool {
    block.removeAll()
    do throws(TareError) {
      while try !scan() { try pieces.more(after: &scanner) }
    } catch {
      throw error.inside(name)
    }
    count += block.count
    if block.count == 0, count == 0 {
      throw skipped.first
        ?? .badData(place: name, found: "a header without rows", accepted: "at least one row")
    }
    return block.count > 0
  }

  /// The bytes that the block's rows stand in.
  var bytes: [UInt8] { pieces.buffer }

  /// - Returns: whether the block is done, since it is full, the bytes are used up, or the file is.
  private mutating func scan() throws(TareError) -> Bool {
    // A copy of the reference: the values below are appended while the bytes are read.
    let buffer = pieces.buffer
    let bytes = buffer.span.extracting(0..<pieces.count)
    while block.count < Self.blockRows {
      let step = scanner.nextRow(
        in: bytes, pieces.ending(from: scanner.position), columns: header.columns.count,
        isASCII: pieces.isASCII, appendingEndsTo: &block.ends)
      switch step {
      case .row(let row):
        if let fault = take(row, bytes) {
          block.rollBack(columns: header.columns.count)
          try refuse(fault)
        } else {
          block.commit(row)
        }
      case .fault(let fault): try refuse(fault)
      case .needsMore: return block.count > 0
      case .end: return true
      }
    }
    return true
  }

  private mutating func refuse(_ fault: CSVFault) throws(TareError) {
    let error = fault.error(header.columns)
    guard let kind = badRows.kind(fault.kind, isMissing: SkippedRows.isMissing(fault.found)) else {
      throw error
    }
    skipped.add(kind, line: fault.line, error.inside(name))
  }
}

// MARK: - The values of a row

extension CSVColumnReader {
  /// Appends the row's values to the block.
  /// - Returns: what is wrong with one of them.
  private mutating func take(_ row: CSVScanner.Row, _ bytes: Span<UInt8>) -> CSVFault? {
    let first = block.count * header.columns.count
    @inline(__always) func range(_ column: Int) -> (start: Int, end: Int) {
      (column == 0 ? row.start : block.ends[first + column - 1] + 1, block.ends[first + column])
    }
    for position in indices.numbers.indices {
      let column = indices.numbers[position]
      let (start, end) = range(column)
      guard let number = number(in: bytes, start, end, column) else {
        return numberFault(row, column, CSVCell.text(in: bytes, start, end))
      }
      block.numbers[position].append(number)
    }
    // Names are looked at before one of them is numbered: a bad row leaves no names behind.
    for position in indices.names.indices where columns.names[position].isNeeded {
      let column = indices.names[position]
      let (start, end) = range(column)
      if start == end || (end - start == 2 && bytes[start] == quote) {
        return CSVFault(
          kind: .noID, line: row.line, cell: column, found: "no value",
          accepted: "the prompt's id")
      }
    }
    var saysRole = false
    for position in indices.labels.indices {
      let column = indices.labels[position]
      let (start, end) = range(column)
      if columns.labels[position].kind == .role {
        switch Self.role(in: bytes, start, end) {
        case .success(let role): block.labels[position].append(role)
        case .failure(let fault): return fault.fault(row, column)
        }
        saysRole = block.labels[position].last?.isNaN == false
      } else if saysRole {
        block.labels[position].append(.nan)
      } else if let fault = takeLabel(row, bytes, start, end, position) {
        return fault
      }
    }
    guard numbersNames else { return nil }
    for position in indices.names.indices {
      let (start, end) = range(indices.names[position])
      block.names[position].append(nameNumber(in: bytes, start, end, position))
    }
    return nil
  }

  private mutating func nameNumber(
    in bytes: Span<UInt8>, _ start: Int, _ end: Int, _ position: Int
  ) -> Int32 {
    guard start < end, bytes[start] == quote else {
      return names[position].number(in: bytes, start, end)
    }
    let name = CSVCell.bytes(in: bytes, start, end)
    return names[position].number(in: name.span, 0, name.count)
  }

  private mutating func number(
    in bytes: Span<UInt8>, _ start: Int, _ end: Int, _ column: Int
  ) -> Double? {
    guard let mark = marks?[column] else {
      return CSVCell.number(in: bytes, start, end, .point)
    }
    if mark == .undecided {
      let isQuoted = start < end && bytes[start] == quote
      let (start, end) = isQuoted ? (start + 1, end - 1) : (start, end)
      marks?[column].note(DecimalMark.shape(of: bytes, start, end))
    }
    return CSVCell.number(in: bytes, start, end, marks?[column] ?? .point)
  }

  private func numberFault(
    _ row: CSVScanner.Row, _ column: Int, _ text: String
  ) -> CSVFault {
    CSVFault(
      kind: SkippedRows.Kind(number: text), line: row.line, cell: column,
      found: text.isEmpty ? "an empty cell" : "'\(text)'",
      accepted: DecimalText.accepted(text, marks?[column] ?? .point))
  }
}

// MARK: - Labels

extension CSVColumnReader {
  /// A label that cannot be taken.
  private struct LabelFault: Error {
    let found: String
    let accepted: String

    func fault(_ row: CSVScanner.Row, _ column: Int) -> CSVFault {
      CSVFault(kind: .noLabel, line: row.line, cell: column, found: found, accepted: accepted)
    }
  }

  /// - Returns: what is wrong with a label that is needed.
  private mutating func takeLabel(
    _ row: CSVScanner.Row, _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ position: Int
  ) -> CSVFault? {
    let text: String
    let label: Label?
    if let number = number(in: bytes, start, end, indices.labels[position]) {
      (text, label) = ("\(number)", Label(number: number))
    } else {
      text = CSVCell.text(in: bytes, start, end)
      label = Label(text)
    }
    var column = labelColumns[position]
    let value = column.take(label, text: text, row: row.line)
    if columns.labels[position].kind == .needed, value.isNaN, let problem = column.problem {
      return CSVFault(
        kind: .noLabel, line: row.line, cell: indices.labels[position], found: problem.found,
        accepted: problem.accepted)
    }
    labelColumns[position] = column
    block.labels[position].append(value)
    return nil
  }

  private static func role(
    in bytes: Span<UInt8>, _ start: Int, _ end: Int
  ) -> Result<Double, LabelFault> {
    let text = CSVCell.text(in: bytes, start, end)
    switch Role(rawValue: text) {
    case .chosen?: return .success(1)
    case .rejected?: return .success(0)
    case .response?: return .success(.nan)
    case nil: break
    }
    return .failure(
      LabelFault(
        found: JSONValue.string(text).text(),
        accepted: Role.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")))
  }
}

extension SkippedRows.Kind {
  /// What is wrong with a text that is no finite number.
  init(number text: String) {
    let number = Double(text.drop { $0.isWhitespace }.prefix { !$0.isWhitespace })
    self = number?.isFinite == false ? .notFinite : .noNumber
  }
}
