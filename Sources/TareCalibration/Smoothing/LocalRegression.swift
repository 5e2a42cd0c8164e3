/// The local regression of LOWESS, summed directly over each neighbourhood.

/// Weighted polynomials through the nearest neighbours of one point after another.
///
/// This is the plain form, about `neighbours` operations a point: the reference for the fast one,
/// and what that falls back to.
struct LocalRegression {
  let points: SortedPoints
  /// Weight of each point, [point]: robustness times case weight.
  let pointWeights: [Double]
  let neighbours: Int
  let degree: Int
  let rules: Lowess.Rules
  /// Weight of each point of the neighbourhood, [neighbour].
  private var weights: [Double] = []

  init(
    _ points: SortedPoints, weights: [Double], neighbours: Int, degree: Int, rules: Lowess.Rules
  ) {
    self.points = points
    pointWeights = weights
    self.neighbours = neighbours
    self.degree = degree
    self.rules = rules
  }

  /// The fit at the centre of a neighbourhood; nil where too few points have any weight, and the
  /// curve goes through the point itself.
  mutating func fit(at place: Neighbourhood) -> LocalFit? {
    let members = members(of: place)
    guard let total = weigh(members, place) else { return nil }
    return polynomial(members, place, total: total)
  }

  /// Σ l² g over the neighbourhood, where l is a point's share in the fit and g its squared residual:
  /// the variance of the fit (see `LowessErrors`).
  mutating func variance(of fit: LocalFit, at place: Neighbourhood, spread: [Double]) -> Double {
    let members = members(of: place)
    _ = weigh(members, place)
    var variance = 0.0
    for (neighbour, point) in members.enumerated() where weights[neighbour] > 0 {
      let z = place.bandwidth > 0 ? (points.x[point] - place.centre) / place.bandwidth : 0
      let share = weights[neighbour] * fit.influence(at: z)
      variance += share * share * spread[point]
    }
    return variance
  }

  /// statsmodels takes as many points as it counted, R also those tied with the last of them.
  private func members(of place: Neighbourhood) -> Range<Int> {
    let end = place.start + neighbours
    guard rules == .r else { return place.start..<end }
    return place.start..<max(end, points.points(of: place.outer.upperBound - 1).upperBound)
  }

  /// Sets the weights: tricube of the distance, times each point's own.
  ///
  /// - Returns: their sum, or nil where it is too small: for statsmodels where fewer than two exceed
  ///   1e-12, as they do (being NaN) where the whole neighbourhood lies at one x, for R where it is 0.
  private mutating func weigh(_ members: Range<Int>, _ place: Neighbourhood) -> Double? {
    if weights.count < members.count { weights = .init(repeating: 0, count: members.count) }
    if rules == .statsmodels, place.bandwidth == 0 { return nil }
    let outerReach = rules.cut * place.bandwidth
    let innerReach = rules.flat * place.bandwidth
    var total = 0.0
    var effective = 0
    for (neighbour, point) in members.enumerated() {
      let distance = abs(points.x[point] - place.centre)
      var weight = 0.0
      if distance <= innerReach {
        weight = pointWeights[point]
      } else if distance <= outerReach {
        let u = distance / place.bandwidth
        let base = 1 - u * u * u
        weight = base * base * base * pointWeights[point]
      }
      weights[neighbour] = weight
      total += weight
      if weight > 1e-12 { effective += 1 }
    }
    return (rules == .r ? total > 0 : effective >= 2) ? total : nil
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
    let originX = points.x[members.lowerBound + heaviest]
    let originY = points.y[members.lowerBound + heaviest]
    var meanX = 0.0
    var meanY = 0.0
    for (neighbour, point) in members.enumerated() {
      meanX += weights[neighbour] * (points.x[point] - originX)
      meanY += weights[neighbour] * (points.y[point] - originY)
    }
    meanX /= total
    meanY /= total
    let meanOnly = LocalFit(value: originY + meanY, influence: [1 / total, 0, 0, 0])
    guard degree > 0, place.bandwidth > 0 else { return meanOnly }

    // From here on x is in bandwidths from the mean, y from its mean.
    let unit = 1 / place.bandwidth
    var moments = LocalMoments()
    for (neighbour, point) in members.enumerated() {
      let u = (points.x[point] - originX - meanX) * unit
      moments.add(u, points.y[point] - originY - meanY, weight: weights[neighbour] / total)
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
        let u = (points.x[point] - originX - meanX) * unit
        let p = u * u - moments.second - skew * u
        quadratic.add(
          p, points.y[point] - originY - meanY, weight: weights[neighbour] / total)
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
