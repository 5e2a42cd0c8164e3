/// Leaving out the rows of a table whose score, covariate, label or id cannot be taken.
package import TareCore

extension ScoreTable {
  /// The table without its bad rows.
  ///
  /// Halves of the rows are tried until each bad one stands alone, so any layout says by itself what
  /// it cannot take.
  ///
  /// - Parameter skipped: counts the rows that were left out.
  /// - Throws: what is wrong with the first row if no row is good.
  package static func goodRows(
    of table: DataTable, columns: ScoreColumns, counting skipped: inout SkippedRows
  ) throws(TareError) -> DataTable {
    let layout = try scoreLayout(of: table, columns: columns)
    let id = columns.group ?? layout.idColumns.first(where: table.has)
    var good: [Int] = []
    var bad = SkippedRows()
    func sort(_ rows: Range<Int>) {
      let part = table.selecting(rows)
      do throws(TareError) {
        _ = try layout.entries(of: part, columns: columns)
        _ = try promptIDs(part, id)
        good += rows
      } catch {
        guard rows.count > 1 else {
          let kind = SkippedRows.Kind(error, id: id, label: columns.label)
          return bad.add(kind, line: table.line(of: rows.lowerBound), error)
        }
        let middle = (rows.lowerBound + rows.upperBound) / 2
        sort(rows.lowerBound..<middle)
        sort(middle..<rows.upperBound)
      }
    }
    sort(table.rows.indices)
    if good.isEmpty, let error = bad.first { throw error }
    skipped.add(bad)
    return bad.isEmpty ? table : table.selecting(good)
  }
}

extension SkippedRows.Kind {
  /// What kind of fault an error about one row is.
  fileprivate init(_ error: TareError, id: String?, label: String?) {
    guard case .badData(let place, let found, _) = error else {
      self = .noNumber
      return
    }
    func names(_ column: String?) -> Bool {
      column.map { place.hasSuffix("column '\($0)'") } ?? false
    }
    if names(id) {
      self = .noID
    } else if names(label) || names("role") {
      self = .noLabel
    } else {
      self.init(number: found.replacing("'", with: ""))
    }
  }
}
