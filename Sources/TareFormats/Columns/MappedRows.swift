/// Rows of a table whose columns have other names; they are written as they were.
package import TareCore

package struct MappedRows: TableRows {
  private let source: any TableRows
  private let view: ColumnView
  package let columns: [String]

  /// - Throws: `TareError.badData` that names the columns or members that are there, for one that is not.
  init(_ source: any TableRows, _ mapping: ColumnMapping) throws(TareError) {
    self.source = source
    view = try ColumnView(mapping, of: source.columns)
    columns = view.columns(source.columns)
    let all = Array(0..<source.count)
    try view.check { source.values(of: $0, in: all) }
  }

  package var count: Int { source.count }
  package var isText: Bool { source.isText }
  package var skipped: SkippedRows { source.skipped }
  package var notes: [String] { source.notes }
  package var plainFormat: String? { source.plainFormat }
  package var cellSeparator: UInt8? { source.cellSeparator }
  package var hasDecimalCommas: Bool { source.hasDecimalCommas }
  package var asWritten: any TableRows { source }
  package func place(of row: Int) -> String { source.place(of: row) }

  package func decimalMark(of column: String) -> DecimalMark {
    guard view.names.contains(column) else { return source.decimalMark(of: column) }
    return view.columns(of: column).first.map(source.decimalMark) ?? .point
  }

  package func numbers(of column: String, in rows: [Int]) -> [Double]? {
    view.names.contains(column) ? nil : source.numbers(of: column, in: rows)
  }

  package func names(of column: String, in rows: [Int]) -> NameColumn? {
    view.names.contains(column) ? nil : source.names(of: column, in: rows)
  }

  package func values(of column: String, in rows: [Int]) -> [JSONValue] {
    guard view.names.contains(column) else { return source.values(of: column, in: rows) }
    var cells: [String: [JSONValue]] = [:]
    for name in view.columns(of: column) { cells[name] = source.values(of: name, in: rows) }
    return rows.indices.map { row in
      view.value(column) { cells[$0]?[row] ?? .null } ?? .null
    }
  }

  package func encoded(
    _ rows: [Int], adding columns: [TableColumn]
  ) throws(TareError) -> [UInt8] {
    try source.encoded(rows, adding: columns)
  }
}

/// The rows under the names that a mapping gives their columns.
///
/// - Precondition: the mapping is not empty.
func mapped(_ rows: SourceRows, _ mapping: ColumnMapping) throws(TareError) -> SourceRows {
  var columns: [String] = []
  var known: Set<String> = []
  for row in rows { columns += row.columns.keys.filter { known.insert($0).inserted } }
  let view = try ColumnView(mapping, of: columns)
  try view.check { column in rows.lazy.map { $0.columns[column] ?? .null } }
  return rows.changed { view.row($0) }
}
