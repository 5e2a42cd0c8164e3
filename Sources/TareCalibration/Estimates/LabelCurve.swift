/// What label a score is worth.
internal import TareCore
internal import TareNumerics

/// An isotonic regression of labels on scores; with covariates in two stages, first an index of score and
/// covariates by least squares, then labels on the index.
///
/// The index is linear in the covariates and in the score with bends at its quintiles, under a ridge penalty of one
/// observation on columns of standard deviation 1.
struct LabelCurve {
  private let index: ScoreIndex?
  /// Ascending, and the fitted label at each, [knot].
  private let knots: [Double]
  private let values: [Double]

  /// - Parameters:
  ///   - scores, labels: of labelled rows, at least one.
  ///   - covariates: of the same rows, [covariate][row].
  init(scores: [Double], labels: [Double], covariates: [[Double]]) {
    index = covariates.isEmpty ? nil : ScoreIndex(scores, covariates, labels)
    let places =
      index.map { index in
        scores.indices.map { row in index.value(scores[row], covariates.map { $0[row] }) }
      } ?? scores
    let order = places.indices.sorted { places[$0] < places[$1] }
    var (knots, sums, weights): ([Double], [Double], [Double]) = ([], [], [])
    for row in order {
      if knots.last == places[row] {
        sums[sums.count - 1] += labels[row]
        weights[weights.count - 1] += 1
      } else {
        knots.append(places[row])
        sums.append(labels[row])
        weights.append(1)
      }
    }
    self.knots = knots
    values = Isotonic.increasing(zip(sums, weights).map { $0 / $1 }, weights: weights)
  }

  /// Straight between the labelled scores, and the end values beyond them.
  func label(_ score: Double, _ covariates: [Double]) -> Double {
    let place = index?.value(score, covariates) ?? score
    guard let first = knots.first, let last = knots.last else { return .nan }
    if place <= first { return values[0] }
    if place >= last { return values[values.count - 1] }
    let high = knots.firstPlace(notLeftOf: place)
    if knots[high] == place { return values[high] }
    let share = (place - knots[high - 1]) / (knots[high] - knots[high - 1])
    return (1 - share) * values[high - 1] + share * values[high]
  }
}

/// A linear index of a score, bent at its quintiles, and covariates.
private struct ScoreIndex {
  private let scales: [(mean: Double, deviation: Double)]
  private let bends: [Double]
  private let coefficients: [Double]

  init(_ scores: [Double], _ covariates: [[Double]], _ labels: [Double]) {
    let sorted = scores.sorted()
    bends = [0.2, 0.4, 0.6, 0.8].map { sorted.quantile($0) }
    let bends = bends
    var columns = [scores] + bends.map { bend in scores.map { max(0, $0 - bend) } } + covariates
    scales = columns.map { column in
      let mean = column.mean
      let squares = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, (squares / Double(column.count)).squareRoot())
    }
    for (place, scale) in scales.enumerated() {
      columns[place] = columns[place].map { Self.standard($0, scale) }
    }
    let mean = labels.mean
    let products = columns.indices.map { first in
      columns.indices.map { second in
        zip(columns[first], columns[second]).reduce(first == second ? 1 : 0) { $0 + $1.0 * $1.1 }
      }
    }
    let right = columns.map { column in
      zip(column, labels).reduce(0) { $0 + $1.0 * ($1.1 - mean) }
    }
    let inverse = SymmetricMatrix.inverse(products)
    coefficients = right.indices.map { row in
      inverse.map { inverse in zip(inverse[row], right).reduce(0) { $0 + $1.0 * $1.1 } } ?? 0
    }
  }

  private static func standard(
    _ value: Double, _ scale: (mean: Double, deviation: Double)
  ) -> Double {
    scale.deviation > 0 ? (value - scale.mean) / scale.deviation : 0
  }

  func value(_ score: Double, _ covariates: [Double]) -> Double {
    var sum = 0.0
    for (place, value) in ([score] + bends.map { max(0, score - $0) } + covariates).enumerated() {
      sum += coefficients[place] * Self.standard(value, scales[place])
    }
    return sum
  }
}
