/// The points of a LOWESS fit in order.

/// The points, ascending in x; points of equal x in the order of the input, which this program's own
/// rules never look at.
package final class SortedPoints: Sendable {
  /// The row of each, [point].
  let order: [Int32]
  /// [point]
  let x: [Double]
  /// y less `middle`, [point]; empty where the points are of no y.
  let y: [Double]
  /// The middle of y's range. Sums over y lose digits in proportion to |y|; without the middle
  /// that is at most half of the range.
  let middle: Double
  /// Half of y's range.
  let halfRange: Double
  /// Case weights, the greatest of them 1 or, by this program's rules, above a half: by a power of
  /// two, so that whole numbers lose nothing. [point]; nil where all are 1.
  let weights: [Double]?
  /// The first point of each distinct x, [knot].
  let knotStarts: [Int32]
  /// The distinct x, [knot].
  package let knotX: [Double]
  /// The most points at one x.
  let largestTie: Int

  /// Points of no y yet, all of one weight.
  convenience init(x: [Double]) { self.init(x: x, y: nil, weights: nil, rules: .tare) }

  init(x: [Double], y: [Double]?, weights: [Double]?, rules: Lowess.Rules) {
    let (order, sorted) = SortOrder.ascending(x)
    self.order = order
    self.x = sorted
    let (low, high) = (y?.min() ?? 0, y?.max() ?? 0)
    let middle = low / 2 + high / 2
    self.middle = middle
    halfRange = high / 2 - low / 2
    self.y = y.map { y in order.map { y[Int($0)] - middle } } ?? []
    let greatest = weights?.max() ?? 1
    self.weights = weights.map { weights in
      guard greatest > 0 else { return .init(repeating: 0, count: x.count) }
      let unit = rules == .tare ? greatest.binade : greatest
      return order.map { weights[Int($0)] / unit * (rules == .tare ? 0.5 : 1) }
    }
    var starts: [Int32] = []
    starts.reserveCapacity(x.count)
    for point in sorted.indices where point == 0 || sorted[point] != sorted[point - 1] {
      starts.append(Int32(point))
    }
    knotStarts = starts
    knotX = starts.count == x.count ? sorted : starts.map { sorted[Int($0)] }
    largestTie = starts.indices.reduce(0) { largest, knot in
      max(largest, (knot + 1 < starts.count ? Int(starts[knot + 1]) : x.count) - Int(starts[knot]))
    }
  }

  /// The same x, in their order, with other y; no case weights.
  init(_ other: SortedPoints, y: [Double]) {
    order = other.order
    x = other.x
    let (low, high) = (y.min() ?? 0, y.max() ?? 0)
    let middle = low / 2 + high / 2
    self.middle = middle
    halfRange = high / 2 - low / 2
    self.y = other.order.map { y[Int($0)] - middle }
    weights = nil
    knotStarts = other.knotStarts
    knotX = other.knotX
    largestTie = other.largestTie
  }

  package var count: Int { x.count }

  /// The range of x.
  var range: Double { (x.last ?? 0) - (x.first ?? 0) }

  var hasTies: Bool { knotX.count < x.count }

  /// The points at a distinct x.
  package func points(of knot: Int) -> Range<Int> {
    let end = knot + 1 < knotStarts.count ? Int(knotStarts[knot + 1]) : count
    return Int(knotStarts[knot])..<end
  }

  /// Values of the knots given to their points, [point], in the order of the input.
  ///
  /// - Parameter nothing: any value.
  func inInputOrder<Value>(_ values: [Value], otherwise nothing: Value) -> [Value] {
    var points = [Value](repeating: nothing, count: count)
    guard hasTies else {
      for (row, value) in zip(order, values) { points[Int(row)] = value }
      return points
    }
    for knot in knotX.indices {
      for point in self.points(of: knot) { points[Int(order[point])] = values[knot] }
    }
    return points
  }

  /// The distinct x of each point, by the order of the input.
  package var knotOfRow: [Int32] {
    inInputOrder((0..<Int32(knotX.count)).map(\.self), otherwise: 0)
  }

  /// `weights` of the points, and those times y, summed at each distinct x: the same bits in every
  /// order of the points.
  func knotWeights(_ weights: [Double]) -> KnotWeights {
    guard hasTies else {
      let masses = zip(weights, y).map { SIMD2($0, $0 * $1) }
      return KnotWeights(x: knotX, masses: masses)
    }
    let greatest = weights.max() ?? 0
    let sums = OrderFreeSums(
      greatest: SIMD2(greatest, greatest * halfRange), terms: largestTie)
    var masses = [SIMD2<Double>](repeating: .zero, count: knotX.count)
    let y = y
    for knot in knotX.indices {
      masses[knot] = sums.sum(over: points(of: knot), weights: weights.span, y: y.span)
    }
    return KnotWeights(x: knotX, masses: masses)
  }

  /// `weights` of the points summed at each distinct x, [knot]: what `knotWeights` has of them.
  func knotTotals(_ weights: [Double]) -> [Double] {
    guard hasTies else { return weights }
    let sums = OrderFreeSums(greatest: SIMD2(weights.max() ?? 0, 0), terms: largestTie)
    return knotX.indices.map { sums.sum(over: points(of: $0), weights: weights.span) }
  }

  /// What the curve goes through where a neighbourhood has no weight: for statsmodels and R the first
  /// of the points that stand there, for this program, which has case weights, the mean of all.
  func own(_ place: Neighbourhood, _ caseWeights: CaseWeights?) -> Double {
    let points = points(of: place.knot)
    guard caseWeights != nil, points.count > 1 else { return y[place.point] }
    let sums = OrderFreeSums(greatest: SIMD2(1, halfRange), terms: points.count)
    let own = Array(y[points])
    var weights = weights.map { Array($0[points]) } ?? []
    // Where no case has a weight all count alike.
    if !weights.contains(where: { $0 > 0 }) { weights = own.map { _ in 1 } }
    let sum = sums.sum(over: own.indices, weights: weights.span, y: own.span)
    return sum.y / sum.x
  }

  /// The points that get a regression of their own: every first one of its x, or with `delta`
  /// every last one within it.
  func evaluated(delta: Double, rules: Lowess.Rules) -> [Int32] {
    guard delta > 0 else { return knotStarts }
    var evaluated: [Int32] = []
    var last = -1
    var next = 0
    while last < count - 1 {
      evaluated.append(Int32(next))
      last = next
      let reach = x[last] + delta
      var ahead = last + 1
      while ahead < count, x[ahead] <= reach {
        if x[ahead] == x[last] { last = ahead }
        ahead += 1
      }
      // At the end of the data statsmodels, and we, fit the last point but one too.
      if ahead == count, rules != .r { ahead -= 1 }
      next = max(ahead - 1, last + 1)
    }
    return evaluated
  }
}
