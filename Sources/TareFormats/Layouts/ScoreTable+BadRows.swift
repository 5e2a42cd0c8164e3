/// Leaving out the rows of a table whose score, covariate, label or id cannot be taken.
package import TareCore

extension ScoreTable {
  /// The table without its bad rows.
  ///
  /// Halves of the rows are tried until each bad one stands alone, so any layout says by itself what
  /// it cannot take.
  ///
  /// - Parameters:
  ///   - badRows: which are left out.
  ///   - skipped: counts them.
  /// - Throws: what is wrong with the first row that is not left out, or of all if no row is good.
  package static func goodRows(
    of table: DataTable, columns: ScoreColumns, _ badRows: BadRows = BadRows(skips: true),
    counting skipped: inout SkippedRows
  ) throws(TareError) -> DataTable {
    let layout = try scoreLayout(of: table, columns: columns)
    let found = TableLayout(table.columns, columns, layout.names)
    var good: [Int] = []
    var bad = SkippedRows()
    // What labels have in common is known from all rows, not from some.
    let wrongLabels = (layout as? ResponseRows)?.badLabels(in: table, found) ?? []
    var kept: TareError?
    func leaveOut(_ kind: SkippedRows.Kind, _ row: Int, _ error: TareError) {
      guard let kind = badRows.kind(kind, isMissing: error.isOfMissing) else {
        kept = kept ?? error
        return
      }
      bad.add(kind, line: table.line(of: row), error)
    }
    for (row, error) in wrongLabels { leaveOut(.noLabel, row, error) }
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
          return leaveOut(SkippedRows.Kind(error, found), rows[rows.startIndex], error)
        }
        let middle = (positions.lowerBound + positions.upperBound) / 2
        sort(positions.lowerBound..<middle)
        sort(middle..<positions.upperBound)
      }
    }
    if !labelled.isEmpty { sort(labelled.indices) }
    if let kept { throw kept }
    if good.isEmpty, let error = bad.first { throw error }
    skipped.add(bad)
    return bad.isEmpty ? table : table.selecting(good)
  }

  /// The prompts of rows that were left out.
  ///
  /// - Returns: also how many of the rows do not say whose they are.
  package static func promptsLeftOut(
    of all: DataTable, keeping good: DataTable, columns: ScoreColumns
  ) -> (prompts: Set<PromptKey>, unknown: Int) {
    guard good.rows.count < all.rows.count,
      let layout = try? scoreLayout(of: all, columns: columns)
    else { return ([], 0) }
    let found = TableLayout(all.columns, columns, layout.names)
    let kept = Set(good.rows)
    var prompts: Set<PromptKey> = []
    var unknown = 0
    for (position, row) in all.rows.enumerated() where !kept.contains(row) {
      let one = all.selecting([position])
      func name(_ column: String?) -> String? {
        guard let column, let names = try? one.names(in: column) else { return nil }
        return names[0]
      }
      guard let id = try? PromptNames(one, found).ids.first else {
        unknown += 1
        continue
      }
      prompts.insert(PromptKey(section: name(found.section), subset: name(found.subset), id: id))
    }
    return (prompts, unknown)
  }

  /// The same table with the rows of these responses alone.
  package func selecting(_ responses: [Int]) throws(TareError) -> ScoreTable {
    let rows = Set(responses.map { row(ofResponse: $0) }).sorted()
    return try ScoreTable(table.selecting(rows), columns: wanted)
  }
}

extension DataTable {
  /// The table without the rows that have no finite number in one of the columns.
  ///
  /// - Parameters:
  ///   - badRows: which are left out.
  ///   - skipped: counts them.
  /// - Throws: what is wrong with the first row that is not left out, or of all if no row is good.
  package func withNumbers(
    in columns: [String], _ badRows: BadRows, counting skipped: inout SkippedRows
  ) throws(TareError) -> DataTable {
    var cells: [(name: String, values: [JSONValue])] = []
    for column in columns { cells.append((column, try values(in: column))) }
    var good: [Int] = []
    for row in rows.indices {
      do throws(TareError) {
        for column in cells { _ = try number(column.values[row], row: row, field: column.name) }
        good.append(row)
      } catch {
        let isMissing = error.isOfMissing
        let text = cells.lazy.compactMap { $0.values[row].string }.first {
          Double($0)?.isFinite == false
        }
        let kind: SkippedRows.Kind = text == nil ? .noNumber : .notFinite
        guard let kind = badRows.kind(kind, isMissing: isMissing) else { throw error }
        skipped.add(kind, line: line(of: row), error)
      }
    }
    if good.isEmpty, let error = skipped.first { throw error }
    return good.count == rows.count ? self : selecting(good)
  }
}

extension TareError {
  /// Whether it says that a cell holds nothing.
  var isOfMissing: Bool {
    guard case .badData(_, let found, _) = self else { return false }
    return SkippedRows.isMissing(found)
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
