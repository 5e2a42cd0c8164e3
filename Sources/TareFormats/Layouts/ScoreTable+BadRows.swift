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
    let found = TableLayout(table.columns, columns, layout.names)
    var good: [Int] = []
    var bad = SkippedRows()
    // What labels have in common is known from all rows, not from some.
    let wrongLabels = (layout as? ResponseRows)?.badLabels(in: table, found) ?? []
    for (row, error) in wrongLabels { bad.add(.noLabel, line: table.line(of: row), error) }
    let unlabelled = Set(wrongLabels.map(\.row))
    let labelled = table.rows.indices.filter { !unlabelled.contains($0) }
    func sort(_ positions: Range<Int>) {
      let rows = labelled[positions]
      let part = table.selecting(rows)
      do throws(TareError) {
        _ = try layout.entries(of: part, columns: columns)
        _ = try PromptNames(part, found)
        good += rows
      } catch {
        guard rows.count > 1 else {
          let kind = SkippedRows.Kind(error, found)
          return bad.add(kind, line: table.line(of: rows[rows.startIndex]), error)
        }
        let middle = (positions.lowerBound + positions.upperBound) / 2
        sort(positions.lowerBound..<middle)
        sort(middle..<positions.upperBound)
      }
    }
    if !labelled.isEmpty { sort(labelled.indices) }
    if good.isEmpty, let error = bad.first { throw error }
    skipped.add(bad)
    return bad.isEmpty ? table : table.selecting(good)
  }
}

extension SkippedRows.Kind {
  /// What kind of fault an error about one row is.
  fileprivate init(_ error: TareError, _ layout: TableLayout) {
    guard case .badData(let place, let found, _) = error else {
      self = .noNumber
      return
    }
    func names(_ column: String?) -> Bool {
      column.map { place.hasSuffix("column '\($0)'") } ?? false
    }
    if names(layout.prompt.column) {
      self = .noID
    } else if names(layout.role) || layout.labels.contains(where: names) {
      self = .noLabel
    } else {
      self.init(number: found.replacing("'", with: ""))
    }
  }
}
