/// The gamma at which score and covariate no longer follow each other.

enum Decorrelation {
  /// Where the rank correlation of score − gamma · bias with the covariate is 0.
  enum Place: Equatable {
    /// It is 0 as it is, or no gamma up to a million brings it there.
    case nowhere
    /// It changes its sign as soon as anything is taken off, as that of many equal scores does: their order
    /// is then that of the bias.
    case atOnce
    /// The smallest gamma from 0, to 1e-4 of it.
    case at(Double)
  }

  /// The gamma at that place; 0 where there is none, or it is at once.
  static func gamma(_ scores: [Double], _ bias: [Double], _ column: [Double]) -> Double {
    guard case .at(let gamma) = place(scores, bias, column) else { return 0 }
    return gamma
  }

  static func place(_ scores: [Double], _ bias: [Double], _ column: [Double]) -> Place {
    place(scores, bias) { Association(of: $0, on: column)?.rankCorrelation ?? 0 }
  }

  /// The same for any correlation of the calibrated scores.
  ///
  /// The correlation is a step function of gamma; doubling and halving find a step across 0, in some 150
  /// steps at most.
  static func place(
    _ scores: [Double], _ bias: [Double], _ correlationOf: ([Double]) -> Double
  ) -> Place {
    func correlation(_ gamma: Double) -> Double {
      correlationOf(zip(scores, bias).map { $0 - gamma * $1 })
    }
    let start = correlation(0)
    guard start != 0 else { return .nowhere }
    // Below it what is taken off is lost in the rounding of the scores, whose order is then that of chance.
    let largest = scores.reduce(0) { max($0, abs($1)) }
    let spread = (bias.max() ?? 0) - (bias.min() ?? 0)
    let least = spread > 0 ? max(1e-30, 0x1p-46 * largest / spread) : 1e-30
    var low = 0.0
    var high = 1.0
    while correlation(high) * start > 0 {
      guard high < 1e6 else { return .nowhere }
      low = high
      high *= 2
    }
    while high - low > 1e-4 * high {
      guard high > least else { return .atOnce }
      let middle = (low + high) / 2
      if correlation(middle) * start > 0 { low = middle } else { high = middle }
    }
    return .at(high)
  }
}
