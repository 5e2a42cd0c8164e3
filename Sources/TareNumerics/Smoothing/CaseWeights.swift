/// How much the points at each distinct x weigh, whatever lies off the curve.

/// What the neighbourhoods of this program's own rules are measured by.
struct CaseWeights {
  /// The weight of all points left of each distinct x and, last, of all points, [knot].
  let before: [Double]
  /// The least weight above 0 that one x has: the unit that neighbours are counted in. Without ties
  /// and weights it is 1.
  let lightest: Double

  init(_ points: SortedPoints) {
    let knots = points.weights.map { points.knotWeights($0).masses }
    var before = [0.0]
    before.reserveCapacity(points.knotX.count + 1)
    var (total, lightest) = (0.0, Double.infinity)
    for knot in points.knotX.indices {
      let mass = knots?[knot].x ?? Double(points.points(of: knot).count)
      total += mass
      before.append(total)
      if mass > 0 { lightest = min(lightest, mass) }
    }
    self.before = before
    self.lightest = lightest.isFinite ? lightest : 0
  }

  /// A neighbourhood weighs more than this: `frac` of everything less one unit.
  ///
  /// Where every point has an x of its own and weight 1, that is as many points as statsmodels takes,
  /// floor(frac n + 1e-10).
  func reach(frac: Double) -> Double {
    let total = before[before.count - 1]
    // Without any weight no x reaches further than itself.
    guard lightest > 0 else { return -1 }
    return frac * total - lightest + max(1e-10 * lightest, 1e-15 * total)
  }
}
