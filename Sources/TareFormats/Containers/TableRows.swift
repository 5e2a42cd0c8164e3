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
  /// "line 12", or "row 12" where a row has no line of its own.
  func place(of row: Int) -> String
  /// A column's value in each of the rows, null where a row has none.
  func values(of column: String, in rows: [Int]) -> [JSONValue]
  /// A column of all rows by its type; nil where the format keeps no typed columns.
  func column(_ name: String) -> Column?
  /// A column's numbers, NaN where a cell holds none; nil where only `values` can tell.
  func numbers(of column: String, in rows: [Int]) -> [Double]?
  /// A column's names, of strings and whole numbers, no name where a cell is empty; nil where a cell
  /// holds another kind of value, or only `values` can tell.
  func names(of column: String, in rows: [Int]) -> NameColumn?
  /// The rows in the layout of their file, cells that are not added or replaced as they were.
  func encoded(_ rows: [Int], adding columns: [TableColumn]) -> [UInt8]
}

extension TableRows {
  package func column(_ name: String) -> Column? { nil }

  package func numbers(of column: String, in rows: [Int]) -> [Double]? {
    self.column(column)?.numbers(in: rows)
  }

  package func names(of column: String, in rows: [Int]) -> NameColumn? {
    self.column(column)?.names(in: rows)
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
