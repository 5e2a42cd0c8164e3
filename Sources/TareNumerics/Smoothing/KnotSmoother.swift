/// A LOWESS without iterations that is applied to one y after another.
package import TareCore

/// By this program's rules nothing but the weights and the weighted sums of y at each distinct x decide
/// a fit; the weights stay as they are.
package struct KnotSmoother {
  private var smoother: Smoother
  /// Σ ω of the points at each distinct x, [knot].
  private let weights: [Double]

  /// - Parameters:
  ///   - lowess: by this program's rules, without iterations.
  ///   - points: without case weights.
  ///   - robustness: from 0 to 1, by the order of the input.
  package init(_ lowess: Lowess, _ points: SortedPoints, robustness: [Double]) {
    smoother = Smoother(
      lowess, points, robustness: points.order.map { robustness[Int($0)] },
      everyPointDirectly: false)
    weights = points.knotTotals(smoother.weights)
  }

  /// The curve of some y at each distinct x, [knot].
  ///
  /// - Parameters:
  ///   - sums: Σ ω (y - level) of the points at each distinct x, [knot].
  ///   - levels: what was taken off there, [knot].
  ///   - means: the plain mean of y at each distinct x, [knot]; asked for where nothing near one of them
  ///     has a weight.
  /// - Throws: `TareError.badData` where the curve is not finite.
  package mutating func curve(
    _ sums: [Double], around levels: [Double], means: () -> [Double]
  ) throws(TareError) -> [Double] {
    let knots = KnotWeights(
      x: smoother.points.knotX,
      masses: weights.indices.map { knot in
        SIMD2(weights[knot], sums[knot] + weights[knot] * levels[knot])
      }, isOfOtherY: true)
    var known: [Double]?
    let curve = smoother.pass(knots, keepInfluence: false, keepSlopes: false) { place in
      let means = known ?? means()
      known = means
      return means[place.knot]
    }
    guard curve.value.allSatisfy(\.isFinite) else { throw Lowess.overflow }
    return curve.value
  }
}
