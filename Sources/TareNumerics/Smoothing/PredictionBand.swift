/// Where single points lie around a curve.

/// Prediction intervals from points that were left out one at a time: the curve, plus and minus quantiles of
/// held-out residuals in units of their own local size (the locally weighted conformal interval of Lei et al. 2018
/// with leave-one-out residuals, Barber et al. 2021).
///
/// The local size is a LOWESS curve, without robustness, through the absolute residuals. Nothing is assumed of the
/// residuals' distribution but that, in those units, it is the same everywhere.
package struct PredictionBand: Sendable {
  /// The share of new points that shall lie in the interval.
  package let level: Double
  private let sizes: LowessFit
  private let least: Double
  private let quantiles: ClosedRange<Double>

  /// - Returns: nil where fewer than 20 points are told by others.
  package init?(
    _ lowess: Lowess, x: [Double], residuals: [Double], level: Double = 0.95
  ) {
    let known = residuals.indices.filter { residuals[$0].isFinite }
    guard known.count >= 20 else { return nil }
    let places = known.map { x[$0] }
    let absolute = known.map { abs(residuals[$0]) }
    guard
      let plain = try? Lowess(frac: max(lowess.frac, 0.1), it: 0, degree: 1),
      let sizes = try? plain.fit(x: places, y: absolute)
    else { return nil }
    self.level = level
    self.sizes = sizes
    // A line through absolute values may fall below them.
    least = 1e-3 * absolute.reduce(0, +) / Double(absolute.count)
    guard least > 0 else {
      quantiles = 0...0
      return
    }
    let least = least
    let scaled = zip(known, places).map { residuals[$0] / max(least, sizes.value(at: $1)) }.sorted()
    // One more than there are: the new point is one of them (Vovk et al. 2005).
    let n = Double(scaled.count)
    let tail = (1 - level) / 2
    let low = Int(((n + 1) * tail).rounded(.down)) - 1
    let high = Int(((n + 1) * (1 - tail)).rounded(.up)) - 1
    quantiles =
      scaled[min(max(low, 0), scaled.count - 1)]...scaled[min(max(high, 0), scaled.count - 1)]
  }

  /// Where a new point at `x` lies, the curve being `fitted` there.
  package func interval(at x: Double, fitted: Double) -> ClosedRange<Double> {
    let size = max(least, sizes.value(at: x))
    return fitted + size * quantiles.lowerBound...fitted + size * quantiles.upperBound
  }
}
