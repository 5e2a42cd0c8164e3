/// A covariate that has one value in most responses, as counts of lists or headers have 0.
package import TareCore
internal import TareNumerics

/// How the responses that have the commonest value score beside the others. A curve over such a
/// covariate rests on few responses wherever it is not flat.
package struct CommonValue: Sendable, Hashable {
  /// A difference with its 95% interval.
  package struct Difference: Sendable, Hashable {
    package let value: Double
    /// The mean less and plus 1.96 standard errors; nil where too little is behind it.
    package let interval: ClosedRange<Double>?
    /// Prompts, or responses of the rarer kind, behind it.
    package let count: Int
  }

  package let value: Double
  /// Responses that have it, and all.
  package let rows: Int
  package let of: Int
  /// Mean score of the responses that have it less that of the others; nil where there are none.
  package let pooled: Difference?
  /// The same within each prompt that has both, its mean over those prompts; nil where there are none.
  package let withinPrompt: Difference?

  package var share: Double { Double(rows) / Double(of) }

  /// - Returns: nil where no value is that of more than half of the rows.
  init?(of table: CalibrationTable, _ covariate: Int) {
    let column = table.columns[covariate]
    // What more than half of the rows have stands in the middle.
    var values = column
    let middle = Median.select(&values, column.count / 2) + 0
    let rows = column.count { $0 == middle }
    guard 2 * rows > column.count else { return nil }
    (value, self.rows, of) = (middle, rows, column.count)
    let hasIt = column.map { $0 == middle }
    pooled = Self.pooled(table.scores, hasIt)
    withinPrompt = Self.within(table, hasIt)
  }

  private static func pooled(_ scores: [Double], _ hasIt: [Bool]) -> Difference? {
    let with = zip(scores, hasIt).compactMap { $1 ? $0 : nil }
    let others = zip(scores, hasIt).compactMap { $1 ? nil : $0 }
    guard !with.isEmpty, !others.isEmpty else { return nil }
    let errors = (with.standardError, others.standardError)
    let error = (errors.0 * errors.0 + errors.1 * errors.1).squareRoot()
    return Difference(
      with.mean - others.mean, error: error, count: min(with.count, others.count))
  }

  private static func within(_ table: CalibrationTable, _ hasIt: [Bool]) -> Difference? {
    let differences = (table.prompts?.rows ?? []).compactMap { rows -> Double? in
      let with = rows.filter { hasIt[$0] }.map { table.scores[$0] }
      let others = rows.filter { !hasIt[$0] }.map { table.scores[$0] }
      return with.isEmpty || others.isEmpty ? nil : with.mean - others.mean
    }
    guard !differences.isEmpty else { return nil }
    return Difference(
      differences.mean, error: differences.standardError, count: differences.count)
  }

  package var json: JSONValue {
    [
      "value": .double(value), "rows": .int(rows), "share": .double(share),
      "score_difference": pooled?.json("responses") ?? .null,
      "score_difference_within_prompt": withinPrompt?.json("prompts") ?? .null,
    ]
  }
}

extension CommonValue.Difference {
  /// - Parameter error: the standard error, known well enough from as many as a verdict needs.
  fileprivate init(_ value: Double, error: Double, count: Int) {
    self.value = value
    self.count = count
    interval =
      count >= Verdict.leastPrompts ? (value - 1.96 * error)...(value + 1.96 * error) : nil
  }

  fileprivate func json(_ counted: String) -> JSONValue {
    .object([
      "value": .double(value), "interval": interval?.json ?? .null, counted: .int(count),
    ])
  }
}
