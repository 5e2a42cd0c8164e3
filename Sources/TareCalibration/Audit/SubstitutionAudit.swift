/// What a calibration changed of the score's association with every covariate, its own and others.
package import TareCore
internal import TareNumerics

/// Partial rank correlations within prompts, before and after.
///
/// Scores and covariates are taken less their means in the prompt and ranked, as in the diagnosis. The partial
/// correlation with a covariate is that of the residuals after least squares on the other covariates (but those
/// that say the same, see `Adjustment`). Standard errors come from the influence function of the partial
/// correlation of ranks, the ranks' own uncertainty included, summed over each prompt; the change has its own, since
/// both are of the same rows.
package struct SubstitutionAudit: Sendable, Hashable {
  package struct Cell: Sendable, Hashable {
    package let covariate: Covariate
    /// Whether the calibration was made to remove this covariate's bias.
    package let isTarget: Bool
    /// Names of the covariates that it is adjusted for.
    package let adjustedFor: [String]
    package var before: AuditEstimate
    package var after: AuditEstimate
    /// After less before.
    package var change: AuditEstimate

    /// Whether the correction of others made this association larger.
    package var isPaidFor: Bool { !isTarget && hasGrown }
    /// Whether an association that should go became larger, in the other direction perhaps.
    package var isWorse: Bool { isTarget && hasGrown }

    /// Significantly, by at least `leastChange`.
    private var hasGrown: Bool {
      change.isSignificant && after.isSignificant
        && abs(after.value) - abs(before.value) >= SubstitutionAudit.leastChange
    }
  }

  /// Covariates that vary within prompts.
  package private(set) var cells: [Cell]
  /// Names of those that do not.
  package let constant: [String]
  /// Prompts with several responses, and their responses.
  package let prompts: Int
  package let responses: Int

  /// A change of a correlation below this is not spoken of, however sure.
  package static let leastChange = 0.05
  /// Rows that are looked at, most; of more, whole prompts are drawn.
  private static let mostRows = 50_000

  /// - Parameters:
  ///   - calibrated: the scores after calibration, [row].
  ///   - targets: names of the covariates that the calibration is about.
  /// - Returns: nil where the table knows no prompts.
  package init?(_ table: CalibrationTable, calibrated: [Double], targets: Set<String>) {
    var (table, order) = table.canonical()
    if let sample = table.sample(atMost: Self.mostRows) {
      table = sample.table
      order = order?.taking(sample.rows) ?? sample.rows
    }
    guard let groups = table.prompts else { return nil }
    let calibrated = order.map { calibrated.taking($0) } ?? calibrated
    let clusters = PromptClusters(groups)
    (prompts, responses) = (clusters.count, clusters.rows.count)
    var columns: [RankedColumn] = []
    var kept: [Covariate] = []
    var constant: [String] = []
    for (covariate, column) in zip(table.covariates, table.columns) {
      if let ranked = RankedColumn(clusters.centred(column)) {
        columns.append(ranked)
        kept.append(covariate)
      } else {
        constant.append(covariate.name)
      }
    }
    self.constant = constant
    guard let before = RankedColumn(clusters.centred(table.scores)), !columns.isEmpty else {
      cells = []
      return
    }
    let statistics = PartialCorrelations(
      columns: columns, before: before, after: RankedColumn(clusters.centred(calibrated)),
      clusters: clusters)
    let found = ParallelParts.map(threads: 2, count: columns.count) { statistics.cell($0) }
    cells = found.enumerated().map { place, cell in
      Cell(
        covariate: kept[place], isTarget: targets.contains(kept[place].name),
        adjustedFor: cell.adjustedFor.map { kept[$0].name }, before: cell.before,
        after: cell.after, change: cell.change)
    }
  }

  /// Sets the adjusted p values of tests that were made together: of each kind over all audits' cells.
  ///
  /// - Parameter adjust: p values to adjusted ones, in order.
  package static func adjust(
    _ audits: inout [SubstitutionAudit], by adjust: ([Double]) -> [Double]
  ) {
    for kind in [\Cell.before, \Cell.after, \Cell.change] {
      let q = adjust(audits.flatMap { $0.cells.map { $0[keyPath: kind].p } })
      var place = 0
      for audit in audits.indices {
        for cell in audits[audit].cells.indices {
          audits[audit].cells[cell][keyPath: kind].q = q[place]
          place += 1
        }
      }
    }
  }

  package var json: JSONValue {
    [
      "prompts": .int(prompts), "responses": .int(responses),
      "constant": .array(constant.map { .string($0) }),
      "covariates": .array(
        cells.map { cell in
          [
            "covariate": .string(cell.covariate.name),
            "definition": .string(cell.covariate.definition), "target": .bool(cell.isTarget),
            "adjusted_for": .array(cell.adjustedFor.map { .string($0) }),
            "before": cell.before.json, "after": cell.after.json, "change": cell.change.json,
            "paid_for": .bool(cell.isPaidFor), "worse": .bool(cell.isWorse),
          ]
        }),
    ]
  }
}

/// Ranked columns, and the partial correlations of two scores with each.
private struct PartialCorrelations {
  let columns: [RankedColumn]
  /// [column][column]
  let correlations: [[Double]]
  let before: RankedColumn
  /// nil where the calibrated scores are all alike within prompts.
  let after: RankedColumn?
  let clusters: PromptClusters

  init(
    columns: [RankedColumn], before: RankedColumn, after: RankedColumn?, clusters: PromptClusters
  ) {
    (self.columns, self.before, self.after) = (columns, before, after)
    self.clusters = clusters
    correlations = columns.map { first in columns.map { first.values.meanProduct($0.values) } }
  }

  struct Found: Sendable {
    let adjustedFor: [Int]
    let before, after, change: AuditEstimate
  }

  func cell(_ place: Int) -> Found {
    let adjustment = Adjustment(of: place, correlations)
    let own = Residual(columns[place], correlations[place], adjustment, columns)
    let first = partial(own, before, adjustment)
    // Scores without any order have no association.
    let second: (value: Double, influences: [Double]) =
      after.map { partial(own, $0, adjustment) }
      ?? (0, [Double](repeating: 0, count: clusters.rows.count))
    let difference = zip(second.influences, first.influences).map { $0 - $1 }
    return Found(
      adjustedFor: adjustment.columns,
      before: AuditEstimate(
        correlation: first.value, standardError: clusters.standardError(first.influences)),
      after: AuditEstimate(
        correlation: second.value, standardError: clusters.standardError(second.influences)),
      change: AuditEstimate(
        second.value - first.value, standardError: clusters.standardError(difference)))
  }

  /// The partial correlation of a score with a covariate, and each row's influence on it.
  private func partial(
    _ own: Residual, _ score: RankedColumn, _ adjustment: Adjustment
  ) -> (value: Double, influences: [Double]) {
    let other = Residual(
      score, columns.map { score.values.meanProduct($0.values) }, adjustment, columns)
    let varianceOfOwn = own.values.meanProduct(own.values)
    let varianceOfOther = other.values.meanProduct(other.values)
    guard varianceOfOwn > 1e-12, varianceOfOther > 1e-12 else {
      return (0, [Double](repeating: 0, count: clusters.rows.count))
    }
    let root = (varianceOfOwn * varianceOfOther).squareRoot()
    let value = own.values.meanProduct(other.values) / root
    var influences = own.values.indices.map { place in
      let (x, y) = (own.values[place], other.values[place])
      return x * y / root - value / 2
        * (x * x / varianceOfOwn + y * y / varianceOfOther)
    }
    // What a row moves by moving the ranks of others: the derivative of the same three means.
    let weightOfOwn = zip(own.values, other.values).map { x, y in
      y / root - value * x / varianceOfOwn
    }
    let weightOfOther = zip(own.values, other.values).map { x, y in
      x / root - value * y / varianceOfOther
    }
    columnsOf(own, weightOfOwn, &influences)
    columnsOf(other, weightOfOther, &influences)
    return (max(-1, min(1, value)), influences)
  }

  private func columnsOf(
    _ residual: Residual, _ weights: [Double], _ influences: inout [Double]
  ) {
    residual.column.addInfluence(of: weights, times: 1, to: &influences)
    for (column, coefficient) in zip(residual.adjustedFor, residual.coefficients) {
      columns[column].addInfluence(of: weights, times: -coefficient, to: &influences)
    }
  }
}

/// A column less its regression on others.
private struct Residual {
  let column: RankedColumn
  /// [place]
  let values: [Double]
  let adjustedFor: [Int]
  let coefficients: [Double]

  /// - Parameter correlations: of the column with all others, [column].
  init(
    _ column: RankedColumn, _ correlations: [Double], _ adjustment: Adjustment,
    _ columns: [RankedColumn]
  ) {
    self.column = column
    adjustedFor = adjustment.columns
    coefficients = adjustment.coefficients(correlations)
    var values = column.values
    for (other, coefficient) in zip(adjustedFor, coefficients) {
      let others = columns[other].values
      for place in values.indices { values[place] -= coefficient * others[place] }
    }
    self.values = values
  }
}

extension [Double] {
  fileprivate func meanProduct(_ other: [Double]) -> Double {
    zip(self, other).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
  }
}
