/// LOWESS: robust locally weighted regression (Cleveland 1979), with the rules of statsmodels.
package import TareCore

/// The settings of a LOWESS fit, and the fit itself.
///
/// Each point is fitted by a straight line through its nearest neighbours, weighted by their
/// distance (tricube); then `it` times again, with neighbours that lie far off the curve weighted
/// down (bisquare). The rules are those of `statsmodels.nonparametric.lowess` 0.15, which the
/// published calibration method calls:
///
/// - `k = floor(frac n + 1e-10)` neighbours, at least 2 and at most n, always k by count: of points
///   tied at the right edge of the neighbourhood only as many take part as fill it up.
/// - The bandwidth is the distance to the farther edge, so that point's own weight is 0.
/// - Where fewer than 2 neighbours have a weight above 1e-12 the fit is the point's own y.
/// - Points of equal x share one fit, that of the first of them.
/// - Residuals are scaled by six times their median; where that is 0, a point on the curve has
///   weight 1 and any other 0.
///
/// Two of these rules depend on the order of points with equal x. They are taken in the order of
/// the input (a stable sort); statsmodels' own sort is not stable and may differ there.
package struct Lowess: Sendable, Hashable {
  /// Share of the points in each neighbourhood, from 0 to 1.
  package var frac: Double
  /// Number of robustness iterations after the first fit.
  package var it: Int
  /// Points within `delta` of the last one fitted are interpolated instead; 0 fits every point.
  package var delta: Double

  package init(frac: Double = 2.0 / 3, it: Int = 3, delta: Double = 0) throws(TareError) {
    guard frac >= 0, frac <= 1 else {
      throw .usage("frac is \(frac); accepted: a share of the points from 0 to 1")
    }
    guard it >= 0 else { throw .usage("it is \(it); accepted: 0 or more iterations") }
    guard delta >= 0, delta.isFinite else {
      throw .usage("delta is \(delta); accepted: a finite distance from 0")
    }
    self.frac = frac
    self.it = it
    self.delta = delta
  }

  /// The fitted curve of `y` on `x`, both [point], in any order.
  ///
  /// - Throws: `TareError.badData` that names the first row (counted from 1) with a value that is
  ///   not finite, and for columns that are empty or of unequal length.
  package func fit(x: [Double], y: [Double]) throws(TareError) -> LowessFit {
    try Columns.check(["x": x, "y": y])
    // Swift's sort is stable: points of equal x stay in the order of the input.
    let order = x.indices.sorted { x[$0] < x[$1] }
    let sortedX = order.map { x[$0] }
    let sortedY = order.map { y[$0] }

    var robustness = [Double](repeating: 1, count: x.count)
    var sortedFit = smooth(sortedX, sortedY, robustness)
    for _ in 0..<it {
      robustness = robustnessWeights(y: sortedY, fitted: sortedFit)
      sortedFit = smooth(sortedX, sortedY, robustness)
    }

    var fitted = [Double](repeating: 0, count: x.count)
    for (position, row) in order.enumerated() { fitted[row] = sortedFit[position] }
    guard fitted.allSatisfy(\.isFinite) else {
      throw .badData(
        place: "LOWESS", found: "values so large that the fit overflows",
        accepted: "x and y whose squares a double can hold")
    }
    return LowessFit(fitted: fitted, sortedX: sortedX, sortedFit: sortedFit)
  }

  /// Neighbours in each local regression of `count` points.
  func neighbours(of count: Int) -> Int {
    min(max(Int(frac * Double(count) + 1e-10), 2), count)
  }

  /// One pass over all points, ascending in x: a regression at each, or at every last one within
  /// `delta` and straight lines between.
  private func smooth(_ x: [Double], _ y: [Double], _ robustness: [Double]) -> [Double] {
    var fitted = [Double](repeating: 0, count: x.count)
    var regression = LocalRegression(
      x: x, y: y, robustness: robustness, neighbours: neighbours(of: x.count))
    var lastFit = -1
    var next = 0
    while lastFit < x.count - 1 {
      fitted[next] = regression.fit(at: next)
      if lastFit >= 0, lastFit < next - 1 {
        interpolate(&fitted, x, between: lastFit, and: next)
      }
      lastFit = next
      // The points within delta are skipped, but those tied with this one take its fit at once.
      let reach = x[lastFit] + delta
      var ahead = lastFit
      while ahead + 1 < x.count {
        ahead += 1
        if x[ahead] > reach { break }
        if x[ahead] == x[lastFit] {
          fitted[ahead] = fitted[lastFit]
          lastFit = ahead
        }
      }
      // At the end of the data this fits the last point but one too, as statsmodels does.
      next = max(ahead - 1, lastFit + 1)
    }
    return fitted
  }

  private func interpolate(
    _ fitted: inout [Double], _ x: [Double], between left: Int, and right: Int
  ) {
    let span = x[right] - x[left]
    for index in (left + 1)..<right {
      let share = (x[index] - x[left]) / span
      fitted[index] = share * fitted[right] + (1 - share) * fitted[left]
    }
  }

  /// Bisquare weights of the residuals, [point].
  private func robustnessWeights(y: [Double], fitted: [Double]) -> [Double] {
    let residuals = zip(y, fitted).map { abs($0 - $1) }
    let scale = 6 * residuals.median
    guard scale > 0 else { return residuals.map { $0 > 0 ? 0 : 1 } }
    return residuals.map { residual in
      let u = min(residual / scale, 1)
      let base = 1 - u * u
      return base * base
    }
  }
}

/// A LOWESS curve, at the points it was fitted to.
package struct LowessFit: Sendable, Hashable {
  /// The curve at each point, [point], in the order of the input.
  package let fitted: [Double]
  /// The distinct x, [knot], ascending.
  package let knotX: [Double]
  /// The curve at each of them, [knot].
  package let knotY: [Double]

  fileprivate init(fitted: [Double], sortedX: [Double], sortedFit: [Double]) {
    self.fitted = fitted
    let firsts = sortedX.indices.filter { $0 == 0 || sortedX[$0] != sortedX[$0 - 1] }
    knotX = firsts.map { sortedX[$0] }
    knotY = firsts.map { sortedFit[$0] }
  }
}
