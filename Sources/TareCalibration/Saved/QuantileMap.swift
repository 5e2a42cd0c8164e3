/// Scores as quantiles among the scores of responses of like covariate.
internal import TareCore
internal import TareNumerics

/// Takes a score to the score that has the same rank among all as this one has among the responses
/// near it: afterwards scores are spread alike at every value of the covariate, not only alike in
/// the mean.
package struct QuantileMap: Sendable, Hashable {
  /// The covariate's values, ascending strictly, [knot].
  package var x: [Double]
  /// Quantiles of the scores near each knot, never falling, [knot][level].
  package var local: [[Double]]
  /// The same quantiles of all scores, [level].
  package var overall: [Double]

  package init(x: [Double], local: [[Double]], overall: [Double]) {
    self.x = x
    self.local = local
    self.overall = overall
  }

  /// The score less its counterpart among all.
  package func bias(of score: Double, at value: Double) -> Double {
    score - counterpart(of: score, among: quantiles(at: value))
  }

  private func quantiles(at value: Double) -> [Double] {
    let right = x.firstPlace(notLeftOf: value)
    guard right < x.count else { return local[x.count - 1] }
    guard right > 0, x[right] != value else { return local[right] }
    let share = (value - x[right - 1]) / (x[right] - x[right - 1])
    return zip(local[right - 1], local[right]).map { $0 + share * ($1 - $0) }
  }

  /// Straight between levels; beyond the outer ones moved as far as they are.
  private func counterpart(of score: Double, among quantiles: [Double]) -> Double {
    let last = quantiles.count - 1
    if score <= quantiles[0] { return score + overall[0] - quantiles[0] }
    if score >= quantiles[last] { return score + overall[last] - quantiles[last] }
    var right = 1
    while quantiles[right] < score { right += 1 }
    // Levels that share one value, as discrete scores have: their middle.
    var end = right
    while end < last, quantiles[end + 1] == score, quantiles[right] == score { end += 1 }
    if quantiles[right] == score { return (overall[right] + overall[end]) / 2 }
    let share = (score - quantiles[right - 1]) / (quantiles[right] - quantiles[right - 1])
    return overall[right - 1] + share * (overall[right] - overall[right - 1])
  }

  func check() throws(TareError) {
    try Columns.check(["x": x])
    guard zip(x, x.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw .badData(
        place: "x", found: "knots that do not ascend", accepted: "ascending knots")
    }
    let rows = local + [overall]
    guard local.count == x.count, overall.count > 1,
      rows.allSatisfy({ row in
        row.count == overall.count && row.allSatisfy(\.isFinite)
          && zip(row, row.dropFirst()).allSatisfy { $0 <= $1 }
      })
    else {
      throw .badData(
        place: "local", found: "quantiles that decrease, are not finite or differ in number",
        accepted: "one row of increasing quantiles per knot, as many as in overall")
    }
  }
}
