/// What is wrong with a row of CSV, and where.
import TareCore

struct CSVFault {
  let kind: SkippedRows.Kind
  /// From 1.
  let line: Int
  /// The cell of the row, from 0; nil where it is no single one.
  let cell: Int?
  let found: String
  let accepted: String

  /// A row longer than this, in bytes, is a quote that was forgotten rather than a row. Reading
  /// holds a whole row, so this bounds the memory.
  static let longestRow = 64 << 20

  /// - Parameter columns: the names of the columns.
  func error(_ columns: [String]) -> TareError {
    var place = "line \(line)"
    if let cell, columns.indices.contains(cell) { place += ", column '\(columns[cell])'" }
    return .badData(place: place, found: found, accepted: accepted)
  }
}
