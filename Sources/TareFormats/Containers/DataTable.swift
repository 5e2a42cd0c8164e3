/// A table read from a file: rows in their order, columns by name, written back as they were.
package import Foundation
package import TareCore

package struct DataTable: Sendable {
  /// What errors call the file.
  package let name: String
  /// The key of the file's format.
  package let format: String
  /// Which of the file's rows these are, from 0.
  package let rows: [Int]
  private let source: any TableRows
  /// What a reader should know of how the file was taken, a phrase each.
  package let notes: [String]

  init(name: String, _ source: any TableRows, format: String, notes: [String] = []) {
    self.init(
      name: name, rows: Array(0..<source.count), source, format: format,
      notes: notes + source.notes)
  }

  private init(
    name: String, rows: [Int], _ source: any TableRows, format: String, notes: [String] = []
  ) {
    self.name = name
    self.notes = notes
    self.format = format
    self.rows = rows
    self.source = source
  }

  package var columns: [String] { source.columns }
  /// Bad rows of the file that were left out.
  package var skipped: SkippedRows { source.skipped }
  /// Whether every value is a string because the format has no other (CSV).
  var isText: Bool { source.isText }
  package func has(_ column: String) -> Bool { self.column(column) != nil }
  /// The column that this name means, as the file spells it.
  func column(_ name: String) -> String? { ColumnNames(source.columns).column(name) }

  /// The table's rows in the layout of their file, with columns added or replaced.
  package func data(adding columns: [TableColumn] = []) throws(TareError) -> Data {
    precondition(columns.allSatisfy { $0.values.count == rows.count }, "a value a row")
    do throws(TareError) {
      return Data(try source.encoded(rows, adding: columns))
    } catch {
      throw error.inside(name)
    }
  }

  /// The same as a file of this name holds them: in another format where one is asked for, by `key` or
  /// by the name's ending, and compressed where it ends so.
  ///
  /// - Throws: `TareError.usage` for a format that is none.
  package func data(
    adding columns: [TableColumn] = [], for path: String?, format key: String?
  ) throws(TareError) -> Data {
    var data: Data
    let wanted = try OutputFormats.format(key, for: path)
    if try !keepsLayout(for: path, format: key), let wanted {
      data = try wanted.encoded(output(adding: columns))
    } else {
      data = try self.data(adding: columns)
      if wanted?.neutralizesFormulas == true {
        data = FormulaFilter.whole(data, separator: source.cellSeparator ?? comma)
      }
    }
    return try OutputFormats.compressed(data, for: path)
  }

  /// Whether the file's own layout will do, so that cells can stay as they stand: it is the wanted one,
  /// or it is a special one that has the same ending.
  package func keepsLayout(for path: String?, format key: String?) throws(TareError) -> Bool {
    guard let wanted = try OutputFormats.format(key, for: path) else { return true }
    return wanted.keeps(plain: source.plainFormat, format: format, isAsked: key != nil)
  }

  /// The same in pieces; nil where the file or the other format must be had whole.
  func copy(for path: String?, format key: String?) throws(TareError) -> TableCopy? {
    guard let copy = source.copy, rows.count == source.count,
      rows.indices.allSatisfy({ rows[$0] == $0 }),
      path.flatMap({ Compression(ending: $0.lowercased()) }) == nil
    else { return nil }
    if try keepsLayout(for: path, format: key) { return TableCopy(name: name, copy, as: nil) }
    let wanted = try OutputFormats.format(key, for: path) as? any RowwiseOutput.Type
    return wanted.map { TableCopy(name: name, copy, as: $0) }
  }

  /// The file's columns of a type each, others added or in the place of those that have their names.
  package func output(adding added: [TableColumn] = []) -> OutputTable {
    let source = source.asWritten
    var columns = source.columns.map { name in
      let new = added.first { $0.name == name }
      let column = new.map { Column($0.values) } ?? source.column(name)?.selecting(rows)
      if let column { return (name: name, column: column) }
      let cells = source.values(of: name, in: rows)
      let mark = source.hasDecimalCommas ? source.decimalMark(of: name) : .point
      return (name, isText ? Column(cells: cells, mark) : Column(cells))
    }
    for new in added where !source.columns.contains(new.name) {
      columns.append((new.name, Column(new.values)))
    }
    return OutputTable(columns, count: rows.count)
  }

  /// "line 12", or "row 12" where a row has no line of its own.
  func place(of row: Int) -> String { source.place(of: rows[row]) }

  /// - Parameter row: the position in this table, from 0.
  package func error(_ row: Int, _ field: String, found: String, accepted: String) -> TareError {
    .badData(
      place: "\(name), \(source.place(of: rows[row])), column '\(field)'", found: found,
      accepted: accepted)
  }
}

// MARK: - Values

extension DataTable {
  /// - Throws: `TareError.badData` if no row has the column.
  package func values(in column: String) throws(TareError) -> [JSONValue] {
    guard has(column) else {
      throw .badData(
        place: name, found: "no column '\(column)'",
        accepted: "one of \(columns.map { "'\($0)'" }.joined(separator: ", "))")
    }
    return cells(column)
  }

  /// A column's values, null where a row has none.
  func cells(_ column: String) -> [JSONValue] {
    source.values(of: self.column(column) ?? column, in: rows)
  }

  /// - Throws: `TareError.badData` that names the line if a value is missing, not a number, NaN or
  ///   infinite.
  package func numbers(in column: String) throws(TareError) -> [Double] {
    if let numbers = numberColumn(column) { return numbers }
    var numbers: [Double] = []
    numbers.reserveCapacity(rows.count)
    for (row, value) in try values(in: column).enumerated() {
      numbers.append(try number(value, row: row, field: column))
    }
    return numbers
  }

  /// Names such as ids, strings, numbers, true and false; nil where a cell is empty or null.
  package func names(in column: String) throws(TareError) -> [String?] {
    if let names = nameColumn(column) { return names.codes.indices.map { names[$0] } }
    var names: [String?] = []
    names.reserveCapacity(rows.count)
    for (row, value) in try values(in: column).enumerated() {
      switch value {
      case .null: names.append(nil)
      case .string(let text): names.append(text.isEmpty ? nil : text)
      case .bool(let value): names.append("\(value)")
      default:
        guard let name = value.numeral else {
          throw error(
            row, column, found: value.kindName, accepted: "a string, or a number below 2^53")
        }
        names.append(name)
      }
    }
    return names
  }

  /// The same, each name once; nil where the format keeps no columns, there is none of this name, or it
  /// holds other values than names.
  func nameColumn(_ column: String) -> NameColumn? {
    self.column(column).flatMap { source.names(of: $0, in: rows) }
  }

  /// Numbers all usable; nil as for `nameColumn`.
  func numberColumn(_ column: String) -> [Double]? {
    guard let name = self.column(column), let numbers = source.numbers(of: name, in: rows),
      numbers.allSatisfy(\.isUsable)
    else { return nil }
    return numbers
  }

  /// The same of any column of names.
  ///
  /// - Throws: `TareError.badData` as `names` does.
  func nameColumn(of column: String) throws(TareError) -> NameColumn {
    if let names = nameColumn(column) { return names }
    return NameColumn(try names(in: column))
  }

  /// The texts of a column by position; nil where there is none that the file spells so.
  func texts(of column: String) -> TextReader? {
    guard let read = source.texts(of: column) else { return nil }
    return { [rows] position, text in read(rows[position], &text) }
  }

  /// A column under the name that a reader knows it by.
  struct Named: Sendable {
    let name: String
    /// As the file spells it.
    fileprivate let column: String
  }

  func named(_ columns: [String]) -> [Named] {
    let known = ColumnNames(source.columns)
    return columns.map { Named(name: $0, column: known.column($0) ?? $0) }
  }

  /// A column's value in a row, null where it has none.
  func cell(_ row: Int, _ column: Named) -> JSONValue {
    source.value(of: column.column, in: rows[row])
  }

  /// A row with some of its cells, to be read as prompt and responses.
  func row(_ row: Int, _ columns: [Named]) -> SourceRow {
    var cells = JSONObject()
    for column in columns { cells[column.name] = cell(row, column) }
    return SourceRow(place: source.place(of: rows[row]), columns: cells, isText: source.isText)
  }

  func number(_ value: JSONValue, row: Int, field: String) throws(TareError) -> Double {
    if let number = value.double, number.isUsable { return number }
    if let number = value.double, number.isFinite {
      throw error(row, field, found: "\(number)", accepted: number.acceptedInstead)
    }
    if let alone = value.alone { return try self.number(alone, row: row, field: field) }
    guard let text = value.string else {
      throw error(row, field, found: value.notNumber, accepted: "a finite number")
    }
    let mark = mark(of: field)
    guard let number = DecimalText.number(text, mark) else {
      let found = text.isEmpty ? "an empty cell" : "'\(text)'"
      throw error(row, field, found: found, accepted: DecimalText.accepted(text, mark))
    }
    guard number.isUsable else {
      throw error(row, field, found: "'\(text)'", accepted: number.acceptedInstead)
    }
    return number
  }

  private func mark(of field: String) -> DecimalMark {
    source.hasDecimalCommas ? source.decimalMark(of: column(field) ?? field) : .point
  }

  /// A cell's value, a number where it is a text that says one as the file writes them.
  func label(_ value: JSONValue, field: String) -> JSONValue {
    guard let text = value.string,
      let number = DecimalText.number(text, mark(of: field))
    else { return value }
    return .double(number)
  }

  /// A column's values; in a format that has none but texts, lists that cells hold as JSON are lists.
  ///
  /// - Throws: `TareError.badData` if no row has the column.
  func listCells(_ column: String) throws(TareError) -> [JSONValue] {
    let cells = try values(in: column)
    guard source.isText else { return cells }
    return cells.map { cell in
      guard let text = cell.string, text.utf8.first == UInt8(ascii: "["),
        let list = try? JSONValue(parsing: text), list.array != nil
      else { return cell }
      return list
    }
  }
}

// MARK: - Parts of a table

extension DataTable {
  /// The same rows, of which no cell is asked for again: their values are null from now on.
  var withoutCells: DataTable {
    DataTable(name: name, rows: rows, source.withoutCells, format: format, notes: notes)
  }

  /// The rows at these positions.
  package func selecting(_ positions: some Sequence<Int>) -> DataTable {
    DataTable(name: name, rows: positions.map { rows[$0] }, source, format: format)
  }

  /// The line of the row at a position, or its number where it has no line of its own.
  func line(of position: Int) -> Int {
    Int(source.place(of: rows[position]).drop { !$0.isNumber }) ?? position + 1
  }

  /// The rows that have the given value in each of the columns.
  ///
  /// - Throws: `TareError.badData` if a column is missing or no row is left.
  package func matching(_ wanted: [String: String]) throws(TareError) -> DataTable {
    var table = self
    for (column, value) in wanted.sorted(by: { $0.key < $1.key }) {
      let names = try table.names(in: column)
      var kept = zip(table.rows, names).filter { $0.1?.isExactly(value) == true }.map(\.0)
      if kept.isEmpty, let number = Double(value) {
        let cells = table.cells(column)
        kept = zip(table.rows, cells).filter { $0.1.double == number }.map(\.0)
      }
      guard !kept.isEmpty else {
        throw .badData(
          place: "\(name), column '\(column)'", found: "no row with '\(value)'",
          accepted: "one of \(list(Set(names.compactMap { $0 }).sorted()))")
      }
      table = DataTable(name: name, rows: kept, source, format: format)
    }
    return table
  }

  /// A table for each value of a column, in the order in which the values first appear.
  ///
  /// - Throws: `TareError.badData` if the column is missing or empty in a row.
  package func grouped(
    by column: String
  ) throws(TareError) -> [(value: String, table: DataTable)] {
    let values = NameColumn(try names(in: column))
    var members = [[Int]](repeating: [], count: values.names.count)
    for (row, code) in values.codes.enumerated() {
      guard code >= 0 else {
        throw error(row, column, found: "no value", accepted: "the name of the row's group")
      }
      members[Int(code)].append(rows[row])
    }
    return zip(values.names, members).map { value, rows in
      (value, DataTable(name: name, rows: rows, source, format: format))
    }
  }

  /// The columns of this table's parts, put together in this table's order of rows.
  ///
  /// Every part brings the same columns; rows that are in no part get null.
  package func joined(
    _ parts: [(table: DataTable, columns: [TableColumn])]
  ) -> [TableColumn] {
    let positions = Dictionary(uniqueKeysWithValues: zip(rows, rows.indices))
    return (parts.first?.columns.indices ?? 0..<0).map { index in
      var values = [JSONValue](repeating: .null, count: rows.count)
      for part in parts {
        for (row, value) in zip(part.table.rows, part.columns[index].values) {
          if let position = positions[row] { values[position] = value }
        }
      }
      return TableColumn(name: parts[0].columns[index].name, values: values)
    }
  }
}

extension JSONValue {
  /// A number as a name, whole ones without a point: a column of integers with a gap is one of
  /// floating-point numbers in pandas. nil for numbers that may have lost digits, and for all else.
  var numeral: String? {
    switch self {
    case .int(let number): "\(number)"
    case .bigInt(let digits): digits
    case .double(let number) where abs(number) < 0x1p53:
      Int(exactly: number).map { "\($0)" } ?? "\(number)"
    default: nil
    }
  }

  /// The element of a list of one, which is as good as a number.
  fileprivate var alone: JSONValue? { array?.count == 1 ? array?[0] : nil }

  /// What is found where a number is wanted.
  fileprivate var notNumber: String {
    guard let double else { return kindName }
    return double.isNaN ? "'NaN'" : double > 0 ? "'Infinity'" : "'-Infinity'"
  }
}

/// The first names of a list, quoted, for messages.
package func list(_ names: [String]) -> String {
  let shown = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
  return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
}
