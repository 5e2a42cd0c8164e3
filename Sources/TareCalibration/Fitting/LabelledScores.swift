/// What the choice of gamma takes from labels and scores, whatever the biases are.
internal import TareCore
internal import TareNumerics

/// Margins of labelled pairs, and how well they alone predict which response is better.
struct LabelledScores {
  let pairs: LabelledPairs
  /// Better less worse score in units of the root mean square, so that no unit of the scores changes
  /// what is found, [pair].
  let differences: [Double]
  /// That unit.
  let spread: Double
  /// The fold of each pair, [pair]: that of the biases, so that a fit of gamma sees no score that its
  /// test prompts' biases saw.
  let folds: [Int32]
  /// P(better wins) = σ(slope · difference) by all pairs.
  let slope: Double
  /// The same by the pairs outside each fold, [fold].
  let slopes: [Double]

  /// - Parameter table: in its canonical order.
  /// - Returns: nil without labels or prompts.
  init?(_ table: CalibrationTable) {
    guard let pairs = LabelledPairs(table) else { return nil }
    let differences = pairs.differences(table.scores)
    let spread = pairs.spread(of: differences)
    let scaled = differences.map { $0 / spread }
    let ofRow = Folds(of: table, count: Folds.usual).ofRow
    let folds = pairs.better.map { ofRow[Int($0)] }
    let weights = PairWeights(pairs.weight)
    let slope = Self.slope(of: scaled, weights)
    slopes = ParallelParts.map(threads: 2, count: Folds.usual) { fold in
      Self.slope(of: scaled, weights.without(fold, of: folds), start: slope)
    }
    (self.pairs, self.differences, self.spread, self.folds) = (pairs, scaled, spread, folds)
    self.slope = slope
  }

  /// The weights of the pairs outside a fold.
  func weights(without fold: Int) -> PairWeights {
    PairWeights(pairs.weight).without(fold, of: folds)
  }

  /// By maximum likelihood, from 0.
  ///
  /// - Parameter start: a slope to begin with.
  static func slope(
    of differences: [Double], _ weights: PairWeights, start: Double = 0
  ) -> Double {
    let fit = PairLogit([differences], weights: weights, ridge: [1e-6], start: [start])
    return max(0, fit?.coefficients[0] ?? 0)
  }
}
