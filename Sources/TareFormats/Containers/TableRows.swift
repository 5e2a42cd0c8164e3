/// The rows behind a `DataTable`, as their file format keeps them.
package import TareCore

package protocol TableRows: Sendable {
  /// The names of all columns, in the order in which they appear.
  var columns: [String] { get }
  var count: Int { get }
  /// Whether every value is a string because the format has no other (CSV).
  var isText: Bool { get }
  /// Bad rows that were left out.
  var skipped: SkippedRows { get }
  /// What a reader should know of how the file was taken, a phrase each.
  var notes: [String] { get }
  /// The output format as which the file is laid out: CSV with commas, say; nil for a layout that is
  /// written for its own files alone, such as pandas'.
  var plainFormat: String? { get }
  /// What stands between the cells of a row where the file is text of cells.
  var cellSeparator: UInt8? { get }
  /// Whether numbers of a column may have a decimal comma.
  var hasDecimalCommas: Bool { get }
  /// What stands before the fraction of a column's numbers where they are texts.
  func decimalMark(of column: String) -> DecimalMark
  /// The same rows under the names that their file has.
  var asWritten: any TableRows { get }
  /// "line 12", or "row 12" where a row has no line of its own.
  func place(of row: Int) -> String
  /// The rows, not yet understood.
  var sourceRows: SourceRows { get }
  /// The file, where it can be copied in pieces.
  var copy: ParquetCopy? { get }
  /// A column's value in a row, null where it has none.
  func value(of column: String, in row: Int) -> JSONValue
  /// A column's value in each of the rows, null where a row has none.
  func values(of column: String, in rows: [Int]) -> [JSONValue]
  /// A column of all rows by its type; nil where the format keeps no typed columns.
  func column(_ name: String) -> Column?
  /// A column's numbers, NaN where a cell holds none; nil where only `values` can tell.
  func numbers(of column: String, in rows: [Int]) -> [Double]?
  /// A column's names, of strings and whole numbers, no name where a cell is empty; nil where a cell
  /// holds another kind of value, or only `values` can tell.
  func names(of column: String, in rows: [Int]) -> NameColumn?
  /// The texts of a column; nil where there is no such column.
  func texts(of column: String) -> TextReader?
  /// The rows in the layout of their file, cells that are not added or replaced as they were.
  /// - Throws: `TareError.fault` where the format cannot hold them.
  func encoded(_ rows: [Int], adding columns: [TableColumn]) throws(TareError) -> [UInt8]
  /// The same rows without what takes the most memory.
  var withoutCells: any TableRows { get }
}

/// Appends the UTF-8 of a row's cell, the same every time; false where it is no text.
package typealias TextReader = @Sendable (_ row: Int, _ text: inout [UInt8]) -> Bool

extension TableRows {
  package var copy: ParquetCopy? { nil }
  package func column(_ name: String) -> Column? { nil }
  package var notes: [String] { [] }
  package var hasDecimalCommas: Bool { false }
  package var plainFormat: String? { nil }
  package var cellSeparator: UInt8? { nil }
  package var withoutCells: any TableRows { self }

  package var sourceRows: SourceRows {
    SourceRows(count: count) { row in
      var cells = JSONObject()
      for column in columns { cells[column] = value(of: column, in: row) }
      return SourceRow(place: place(of: row), columns: cells, isText: isText)
    }
  }

  package func value(of column: String, in row: Int) -> JSONValue {
    values(of: column, in: [row])[0]
  }

  package func decimalMark(of column: String) -> DecimalMark { .point }
  package var asWritten: any TableRows { self }

  package func numbers(of column: String, in rows: [Int]) -> [Double]? {
    self.column(column)?.numbers(in: rows)
  }

  package func names(of column: String, in rows: [Int]) -> NameColumn? {
    self.column(column)?.names(in: rows)
  }

  package func texts(of column: String) -> TextReader? {
    guard columns.contains(column) else { return nil }
    return { row, text in
      guard let cell = value(of: column, in: row).string else { return false }
      text += cell.utf8
      return true
    }
  }
}

/// A column that is written beside those of a table, in place of one that has the same name.
package struct TableColumn: Sendable, Equatable {
  package let name: String
  /// One a row of the table.
  package let values: [JSONValue]

  package init(name: String, values: [JSONValue]) {
    self.name = name
    self.values = values
  }
}
