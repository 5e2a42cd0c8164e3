/// What a curve says of points that it has not seen.

/// Leave-one-out residuals from the hat matrix.
///
/// The curve is linear in y with its neighbourhoods and weights held: f = L y. Without point j the same local
/// polynomial at x_j misses y_j by exactly r_j / (1 − l_jj), r_j the residual and l_jj the point's own share. With
/// robustness weights that is so given those weights.
package struct HeldOutResiduals: Sendable {
  /// y less the curve without the point, [point], in the order of x; NaN where nothing but the point itself
  /// tells what the curve is there.
  let residuals: [Double]
  /// The trace of L: the parameters that the curve is worth.
  package let degreesOfFreedom: Double
  /// Whether every point with a weight is told by others.
  let isComplete: Bool

  /// A share this near to 1 leaves nothing to divide by but rounding.
  private static let least = 1e-4

  init(
    _ points: SortedPoints, _ curve: LowessCurve, weights: [Double], influence: [Double]
  ) {
    var residuals = points.y
    var trace = 0.0
    var isComplete = true
    for knot in points.knotX.indices {
      for point in points.points(of: knot) {
        let share = influence[knot].isNaN ? 1 : weights[point] * influence[knot]
        let free = 1 - share
        let residual = residuals[point] - curve.value[knot]
        if weights[point] > 0 { trace += share }
        if free > Self.least {
          residuals[point] = residual / free
        } else {
          residuals[point] = .nan
          if weights[point] > 0 { isComplete = false }
        }
      }
    }
    (self.residuals, degreesOfFreedom) = (residuals, trace)
    self.isComplete = isComplete
  }
}

extension Smoother {
  /// - Parameter curve: of the last pass, with its influence.
  func heldOut(of curve: LowessCurve) -> HeldOutResiduals {
    HeldOutResiduals(points, curve, weights: weights, influence: ownInfluence(of: curve))
  }
}

extension LowessFit {
  /// y less the curve without the point, [point], in the order of the input; NaN where only the point itself
  /// tells; nil unless standard errors were asked for.
  package var heldOutResiduals: [Double]? {
    guard let heldOut else { return nil }
    var residuals = [Double](repeating: .nan, count: points.count)
    for (row, residual) in zip(points.order, heldOut.residuals) { residuals[Int(row)] = residual }
    return residuals
  }
}
