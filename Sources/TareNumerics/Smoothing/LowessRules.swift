/// Where programs that fit LOWESS differ.

extension Lowess {
  /// Whose rules a fit follows. Cleveland (1979) leaves open what they settle differently.
  public enum Rules: String, Sendable, Hashable, CaseIterable {
    /// This program's: tied points take part together, and no order of the points matters.
    case tare
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

  package func defaultDelta(_ x: [Double]) -> Double {
    guard self == .r, let first = x.first, let last = x.last else { return 0 }
    return 0.01 * (last - first)
  }

  /// Bisquare weights of residuals, [point], all from 0; nil where R stops.
  ///
  /// - Parameters:
  ///   - weights: case weights, [point]; nil means that all are alike. Points of weight 0 have no say
  ///     in the scale; with this program's rules a point has as much say as its weight.
  ///   - median: that of the residuals, where it is known.
  package func bisquare(
    _ residuals: [Double], weights: [Double]?, median known: Double? = nil
  ) -> [Double]? {
    if self == .tare, weights == nil, let known, !residuals.isEmpty {
      return bisquare(residuals, scale: 6 * known)
    }
    let counted = weights.map { weights in residuals.indices.filter { weights[$0] > 0 } }
    var chosen = counted.map { counted in counted.map { residuals[$0] } } ?? residuals
    // A fit without any weight goes through every point.
    guard !chosen.isEmpty else { return nil }
    let median: Double
    if self == .tare, let weights, let counted {
      median = Median.weighted(chosen, counted.map { weights[$0] })
    } else {
      median = Median.take(&chosen)
    }
    let scale = 6 * median
    if self == .r, scale < 1e-7 * chosen.mean { return nil }
    return bisquare(residuals, scale: scale)
  }

  private func bisquare(_ residuals: [Double], scale: Double) -> [Double] {
    guard scale > 0 else { return residuals.map { $0 > 0 ? 0 : 1 } }
    if flat == 0, cut == 1 {
      // Without a branch, four at a time.
      return residuals.map { residual in
        let u = min(residual / scale, 1)
        let base = 1 - u * u
        return base * base
      }
    }
    return residuals.map { residual in
      let u = residual / scale
      if u >= cut { return 0 }
      if u <= flat { return 1 }
      let base = 1 - u * u
      return base * base
    }
  }
}
