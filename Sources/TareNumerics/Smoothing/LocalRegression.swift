/// The local regression of LOWESS, summed directly over each neighbourhood.

/// Weighted polynomials through the nearest neighbours of one point after another.
///
/// This is the plain form, about `neighbours` operations a point: the reference for the fast one,
/// and what that falls back to. By this program's own rules its points are the distinct x, each with
/// the weight and the mean of all that stand there.
struct LocalRegression {
  let points: SortedPoints
  /// Weight of each point, [point]: robustness times case weight.
  private let pointWeights: [Double]
  private let neighbours: Int
  private let degree: Int
  private let rules: Lowess.Rules
  /// Nil but for this program's own rules.
  private let caseWeights: CaseWeights?
  /// What is summed: points, or the distinct x, ascending, [member].
  private let x: [Double]
  private let y: [Double]
  private let memberWeights: [Double]
  /// Weight of each point of the neighbourhood, [neighbour].
  private var weights: [Double] = []

  /// - Parameter knots: the points' weights at the distinct x, where `caseWeights` are given.
  init(
    _ points: SortedPoints, weights: [Double], knots: KnotWeights, caseWeights: CaseWeights?,
    settings: Lowess
  ) {
    self.points = points
    pointWeights = weights
    self.caseWeights = caseWeights
    neighbours = settings.neighbours(of: points.count)
    degree = settings.degree
    rules = settings.rules
    // Where nothing ties, y need not be found again.
    guard caseWeights != nil, points.hasTies || knots.isOfOtherY else {
      (x, y, memberWeights) = (points.x, points.y, weights)
      return
    }
    x = knots.x
    y = knots.masses.map { $0.x > 0 ? $0.y / $0.x : 0 }
    memberWeights = knots.masses.map(\.x)
  }

  /// The fit at the centre of a neighbourhood; nil where too few points have any weight, and the
  /// curve goes through the point itself, or the mean of those that stand there.
  mutating func fit(at place: Neighbourhood) -> LocalFit? {
    if rules == .tare, place.bandwidth == 0 { return mean(at: place.knot) }
    let members = members(of: place)
    guard let total = weigh(members, place) else {
      return rules == .tare ? mean(at: place.knot) : nil
    }
    return polynomial(members, place, total: total)
  }

  /// Σ l² g over the neighbourhood, where l is a point's share in the fit and g its squared residual:
  /// the variance of the fit (see `LowessErrors`).
  ///
  /// - Parameter spread: g of each point; by this program's own rules the sum of ω² g at each distinct
  ///   x, where ω is a point's weight.
  mutating func variance(of fit: LocalFit, at place: Neighbourhood, spread: [Double]) -> Double {
    let members = members(of: place)
    var variance = 0.0
    if rules == .tare {
      for member in members {
        let distance = abs(x[member] - place.centre)
        let share = distanceWeight(distance, place) * fit.influence(at: z(of: member, place))
        variance += share * share * spread[member]
      }
      return variance
    }
    _ = weigh(members, place)
    for (neighbour, point) in members.enumerated() where weights[neighbour] > 0 {
      let share = weights[neighbour] * fit.influence(at: z(of: point, place))
      variance += share * share * spread[point]
    }
    return variance
  }

  private func z(of member: Int, _ place: Neighbourhood) -> Double {
    place.bandwidth > 0 ? (x[member] - place.centre) / place.bandwidth : 0
  }

  /// statsmodels takes as many points as it counted, R also those tied with the last of them, this
  /// program all that have a weight.
  private func members(of place: Neighbourhood) -> Range<Int> {
    if rules == .tare { return place.outer }
    let end = place.start + neighbours
    guard rules == .r else { return place.start..<end }
    return place.start..<max(end, points.points(of: place.outer.upperBound - 1).upperBound)
  }

  /// The mean of what stands at one x; nil where nothing there has a weight.
  private func mean(at knot: Int) -> LocalFit? {
    guard memberWeights[knot] > 0 else { return nil }
    // One point alone has no error, and no slope is known.
    let counted = points.points(of: knot).count { pointWeights[$0] > 0 }
    let influence = counted > 1 ? 1 / memberWeights[knot] : .nan
    return LocalFit(value: y[knot], slope: .nan, influence: [influence, 0, 0, 0])
  }

  /// Sets the weights: tricube of the distance, times each point's own.
  ///
  /// - Returns: their sum, or nil where it is too small: for statsmodels where fewer than two exceed
  ///   1e-12, as they do (being NaN) where the whole neighbourhood lies at one x, for R where it is 0.
  ///   By this program's rules two points may stand at one x, but as one that counts twice they do.
  private mutating func weigh(_ members: Range<Int>, _ place: Neighbourhood) -> Double? {
    if weights.count < members.count { weights = .init(repeating: 0, count: members.count) }
    if rules == .statsmodels, place.bandwidth == 0 { return nil }
    let outerReach = rules.cut * place.bandwidth
    let innerReach = rules.flat * place.bandwidth
    var total = 0.0
    var effective = 0
    var lastEffective = 0
    for (neighbour, point) in members.enumerated() {
      let distance = abs(x[point] - place.centre)
      var weight = 0.0
      if distance <= innerReach {
        weight = memberWeights[point]
      } else if distance <= outerReach {
        weight = distanceWeight(distance, place) * memberWeights[point]
      }
      weights[neighbour] = weight
      total += weight
      if weight > 1e-12 {
        effective += 1
        lastEffective = point
      }
    }
    switch rules {
    case .r: return total > 0 ? total : nil
    case .statsmodels: return effective >= 2 ? total : nil
    case .tare:
      let isEnough = effective >= 2 || effective == 1 && countsTwice(lastEffective, place)
      return isEnough ? total : nil
    }
  }

  @inline(__always)
  private func distanceWeight(_ distance: Double, _ place: Neighbourhood) -> Double {
    guard place.bandwidth > 0 else { return 1 }
    let u = distance / place.bandwidth
    let base = 1 - u * u * u
    return base * base * base
  }

  /// Whether what is left at one x, not the centre's own, weighs as much as two of the lightest.
  private func countsTwice(_ knot: Int, _ place: Neighbourhood) -> Bool {
    guard knot != place.knot, let caseWeights else { return false }
    let left = points.points(of: knot).reduce(0.0) { sum, point in
      pointWeights[point] > 1e-12 ? sum + (points.weights?[point] ?? 1) : sum
    }
    return left > 2 * caseWeights.lightest * (1 - 1e-9)
  }

  /// The weighted least-squares polynomial, in powers that are orthogonal under the weights.
  ///
  /// Distances are from the heaviest neighbour, not from 0: no digits are lost where values are
  /// large; where all weight lies at one x their variance is exactly 0 and the line is the mean;
  /// and where y is constant the line is exactly that.
  private func polynomial(
    _ members: Range<Int>, _ place: Neighbourhood, total: Double
  ) -> LocalFit {
    var heaviest = 0
    for neighbour in 1..<max(members.count, 1) where weights[neighbour] > weights[heaviest] {
      heaviest = neighbour
    }
    let originX = x[members.lowerBound + heaviest]
    let originY = y[members.lowerBound + heaviest]
    var meanX = 0.0
    var meanY = 0.0
    for (neighbour, point) in members.enumerated() {
      meanX += weights[neighbour] * (x[point] - originX)
      meanY += weights[neighbour] * (y[point] - originY)
    }
    meanX /= total
    meanY /= total
    let meanOnly = LocalFit(value: originY + meanY, influence: [1 / total, 0, 0, 0])
    guard degree > 0, place.bandwidth > 0 else { return meanOnly }

    // From here on x is in bandwidths from the mean, y from its mean.
    let unit = 1 / place.bandwidth
    var moments = LocalMoments()
    for (neighbour, point) in members.enumerated() {
      let u = (x[point] - originX - meanX) * unit
      moments.add(u, y[point] - originY - meanY, weight: weights[neighbour] / total)
    }
    let centre = (place.centre - originX - meanX) * unit
    guard
      let steadied = rules.steadied(
        variance: moments.second, bandwidth: place.bandwidth, range: points.range)
    else { return meanOnly }
    let skew = moments.second > 0 ? moments.third / moments.second : 0
    var quadratic = LocalMoments.Quadratic()
    if degree == 2, moments.second > 0 {
      for (neighbour, point) in members.enumerated() {
        let u = (x[point] - originX - meanX) * unit
        let p = u * u - moments.second - skew * u
        quadratic.add(
          p, y[point] - originY - meanY, weight: weights[neighbour] / total)
      }
    }
    let slope = moments.cross / steadied
    let bend = quadratic.bend(variance: moments.second)
    let p = centre * centre - moments.second - skew * centre
    var fit = meanOnly
    fit.value += slope * centre + bend * p
    fit.slope = (slope + bend * (2 * centre - skew)) * unit

    fit.influence.y = centre / steadied / total
    fit.influence.w = -centre
    if quadratic.isBent(variance: moments.second) {
      let curve = p / quadratic.norm / total
      fit.influence += SIMD4(-moments.second, -skew, 1, 0) * curve
    }
    return fit
  }
}
