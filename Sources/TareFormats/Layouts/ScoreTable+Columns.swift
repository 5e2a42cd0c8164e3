/// Other scores of the same responses, in columns beside the first.
package import TareCore

extension ScoreTable {
  package func hasScores(named name: String) -> Bool {
    table.has(name) || table.has("\(name)_chosen")
  }

  /// Scores by that name, one a response: a column, or `NAME_chosen` and `NAME_rejected` where a row
  /// is a pair; nil where there are none.
  ///
  /// - Throws: `TareError.badData` that names the row of a value that is not a finite number.
  package func scores(named name: String) throws(TareError) -> [Double]? {
    guard hasScores(named: name) else { return nil }
    var columns = wanted
    columns.score = name
    (columns.covariates, columns.optionalCovariates) = ([], [])
    if let rows = try scoreLayout(of: table, columns: columns) as? ResponseRows,
      rows.score == name, let scores = table.numberColumn(name), scores.count == responses.count
    {
      return scores
    }
    let scores = try scoreLayout(of: table, columns: columns)
      .entries(of: table, columns: columns).entries.map(\.score)
    guard scores.count == responses.count else {
      throw .badData(
        place: table.name, found: "\(scores.count) scores '\(name)'",
        accepted: "\(responses.count), one per response")
    }
    return scores
  }
}
