/// Where two programs that both fit LOWESS differ.

extension Lowess {
  /// Whose rules a fit follows. Cleveland (1979) leaves open what the two settle differently.
  package enum Rules: String, Sendable, Hashable, CaseIterable {
    /// `statsmodels.nonparametric.lowess` 0.15, which the published calibration method calls.
    case statsmodels
    /// `stats::lowess` of R, as Cleveland's own program.
    case r
  }
}

extension Lowess.Rules {
  /// What is added to the number of neighbours before it is rounded down.
  var roundingAid: Double { self == .r ? 1e-7 : 1e-10 }

  /// Weights end at this share of the bandwidth.
  var cut: Double { self == .r ? 0.999 : 1 }

  /// Weights are 1 up to this share of the bandwidth.
  var flat: Double { self == .r ? 0.001 : 0 }

  func defaultDelta(_ x: [Double]) -> Double {
    guard self == .r, let first = x.first, let last = x.last else { return 0 }
    return 0.01 * (last - first)
  }

  /// Bisquare weights of residuals, [point], all from 0; nil where R stops.
  ///
  /// - Parameters:
  ///   - counted: the points whose residuals the scale is taken from, [point]; nil means all.
  func bisquare(_ residuals: [Double], counted: [Bool]?) -> [Double]? {
    let sample = counted.map { counted in
      residuals.indices.lazy.filter { counted[$0] }.map { residuals[$0] }
    }
    var chosen = sample.map(Array.init) ?? residuals
    // A fit without any weight goes through every point.
    guard !chosen.isEmpty else { return nil }
    let scale = 6 * Median.take(&chosen)
    if self == .r, scale < 1e-7 * chosen.mean { return nil }
    guard scale > 0 else { return residuals.map { $0 > 0 ? 0 : 1 } }
    return residuals.map { residual in
      let u = residual / scale
      if u >= cut { return 0 }
      if u <= flat { return 1 }
      let base = 1 - u * u
      return base * base
    }
  }
}
