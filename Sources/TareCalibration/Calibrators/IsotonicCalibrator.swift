/// Scores as probabilities of being the better response.
package import TareCore
internal import TareNumerics

/// Isotonic regression of the label on the score: the calibrated score is a probability. It does not
/// look at covariates. Scores on one step of the regression keep their order by a tilt of a
/// millionth, since a benchmark counts a tie as a mistake.
package struct IsotonicCalibrator: Calibrator {
  package static let key = "isotonic"
  package static let summary =
    "the score mapped to the probability of being better (requires labels)"
  package static let options: [CalibratorOptions.Name] = []
  package static let covariateCount = 0...Int.max
  package static let needsLabels = true
  package static let allowsGamma = false

  package init(_ options: CalibratorOptions) throws(TareError) {}

  package var parameters: JSONObject { [:] }

  package func find(in table: CalibrationTable) throws(TareError) -> FoundBias {
    let labels = table.labels ?? []
    if let row = labels.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      throw .badData(
        place: "column label, row \(table.number(of: row))", found: "\(labels[row])",
        accepted: "0 or 1 (method isotonic)")
    }
    let order = table.scores.indices.sorted { table.scores[$0] < table.scores[$1] }
    var x: [Double] = []
    var means: [Double] = []
    var weights: [Double] = []
    for row in order {
      if x.last == table.scores[row] {
        weights[weights.count - 1] += 1
        let last = means.count - 1
        means[last] += (labels[row] - means[last]) / weights[last]
      } else {
        x.append(table.scores[row])
        means.append(labels[row])
        weights.append(1)
      }
    }
    let fit = Isotonic.increasing(means, weights: weights)
    // Only the ends of each step are needed.
    let kept = fit.indices.filter {
      $0 == 0 || $0 == fit.count - 1 || fit[$0 - 1] != fit[$0] || fit[$0 + 1] != fit[$0]
    }
    let span = x[x.count - 1] - x[0]
    let probabilities = kept.map { place -> Double in
      let position = span > 0 ? (x[place] - x[0]) / span : 0.5
      return fit[place] * (1 - 3 * Bias.tilt) + Bias.tilt * (1 + position)
    }
    return FoundBias(.probability(.knots(.init(x: kept.map { x[$0] }, bias: probabilities))))
  }
}
