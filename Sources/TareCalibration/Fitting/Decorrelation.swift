/// The gamma at which score and covariate no longer follow each other.

enum Decorrelation {
  /// The smallest gamma from 0 at which the rank correlation of score − gamma · bias with the
  /// covariate is 0; 0 where no gamma up to a million brings it there, and where it changes its sign as soon
  /// as anything is taken off, as that of many equal scores does: their order is then that of the bias.
  ///
  /// The correlation is a step function of gamma; doubling and halving find a step across 0 to 1e-4
  /// of gamma, in some 150 steps at most.
  static func gamma(_ scores: [Double], _ bias: [Double], _ column: [Double]) -> Double {
    gamma(scores, bias) { Association(of: $0, on: column)?.rankCorrelation ?? 0 }
  }

  /// The same for any correlation of the calibrated scores.
  static func gamma(
    _ scores: [Double], _ bias: [Double], _ correlationOf: ([Double]) -> Double
  ) -> Double {
    func correlation(_ gamma: Double) -> Double {
      correlationOf(zip(scores, bias).map { $0 - gamma * $1 })
    }
    let start = correlation(0)
    guard start != 0 else { return 0 }
    var low = 0.0
    var high = 1.0
    while correlation(high) * start > 0 {
      guard high < 1e6 else { return 0 }
      low = high
      high *= 2
    }
    while high - low > 1e-4 * high, high > 1e-30 {
      let middle = (low + high) / 2
      if correlation(middle) * start > 0 { low = middle } else { high = middle }
    }
    return low > 0 ? high : 0
  }
}
