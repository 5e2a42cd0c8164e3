/// How much the points at each distinct x weigh, whatever lies off the curve.

/// What the neighbourhoods of this program's own rules are measured by.
struct CaseWeights {
  /// Case weights and those times y, summed at each distinct x.
  private let knots: KnotWeights
  /// The weight of all points left of each distinct x and, last, of all points, [knot].
  let before: [Double]
  /// The least weight above 0 that one x has: the unit that neighbours are counted in. Without ties
  /// and weights it is 1.
  let lightest: Double

  init(_ points: SortedPoints) {
    knots = points.knotWeights(points.weights ?? .init(repeating: 1, count: points.count))
    var before = [0.0]
    before.reserveCapacity(knots.x.count + 1)
    var lightest = Double.infinity
    for mass in knots.masses {
      before.append(before[before.count - 1] + mass.x)
      if mass.x > 0 { lightest = min(lightest, mass.x) }
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

  /// The mean of y at one x; nil where nothing there has a weight.
  func mean(at knot: Int) -> Double? {
    let mass = knots.masses[knot]
    return mass.x > 0 ? mass.y / mass.x : nil
  }
}
