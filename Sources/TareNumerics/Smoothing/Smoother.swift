/// The passes of LOWESS over sorted points.

/// Fits, weighs the residuals, and fits again.
struct Smoother {
  let settings: Lowess
  let points: SortedPoints
  let neighbours: Int
  /// Nil but for this program's own rules.
  private let caseWeights: CaseWeights?
  let everyPointDirectly: Bool
  /// The points that get a regression of their own, [evaluated].
  let evaluated: [Int32]
  /// Weight of each point, [point]: robustness times case weight.
  private(set) var weights: [Double]
  var directFits = 0

  /// - Parameter robustness: what each point counts beside its case weight in the first pass,
  ///   [point]; nil means 1.
  init(
    _ settings: Lowess, _ points: SortedPoints, robustness: [Double]?, everyPointDirectly: Bool
  ) {
    self.settings = settings
    self.points = points
    self.everyPointDirectly = everyPointDirectly
    caseWeights = settings.rules == .tare ? CaseWeights(points) : nil
    neighbours = settings.neighbours(of: points.count)
    evaluated = points.evaluated(
      delta: settings.delta ?? settings.rules.defaultDelta(points.x), rules: settings.rules)
    weights = points.weights ?? .init(repeating: 1, count: points.count)
    if let robustness {
      for point in weights.indices { weights[point] *= robustness[point] }
    }
  }

  func walk() -> NeighbourhoodWalk {
    let needed: Neighbours =
      // Points that weigh alike and do not tie are counted as quickly as they come.
      if let caseWeights, points.hasTies || points.weights != nil {
        .weight(before: caseWeights.before, reach: caseWeights.reach(frac: settings.frac))
      } else {
        .points(neighbours)
      }
    return NeighbourhoodWalk(points, neighbours: needed, rules: settings.rules)
  }

  /// - Parameter knots: the weights at the distinct x.
  func regression(_ knots: KnotWeights) -> LocalRegression {
    LocalRegression(
      points, weights: weights, knots: knots, caseWeights: caseWeights, settings: settings)
  }

  /// The curve after all iterations.
  mutating func robustCurve(keepInfluence: Bool, keepSlopes: Bool) -> LowessCurve {
    for _ in 0..<settings.it {
      let curve = pass(keepInfluence: false, keepSlopes: false)
      guard reweigh(by: curve) else { break }
    }
    return pass(keepInfluence: keepInfluence, keepSlopes: keepSlopes)
  }

  /// |y less curve|, [point].
  func residuals(of curve: LowessCurve) -> [Double] {
    var residuals = points.y
    guard points.hasTies else {
      let value = curve.value
      for point in residuals.indices { residuals[point] = abs(residuals[point] - value[point]) }
      return residuals
    }
    for knot in points.knotX.indices {
      for point in points.points(of: knot) {
        residuals[point] = abs(residuals[point] - curve.value[knot])
      }
    }
    return residuals
  }

  /// Sets the weights by the residuals.
  ///
  /// - Returns: false where the rules stop here.
  private mutating func reweigh(by curve: LowessCurve) -> Bool {
    let rounding = 2e-12 * points.halfRange
    var residuals = residuals(of: curve)
    for point in residuals.indices where residuals[point] <= rounding { residuals[point] = 0 }
    guard var robustness = settings.rules.bisquare(residuals, weights: points.weights) else {
      return false
    }
    if let caseWeights = points.weights {
      for point in robustness.indices { robustness[point] *= caseWeights[point] }
    }
    weights = robustness
    return true
  }

  private mutating func pass(keepInfluence: Bool, keepSlopes: Bool) -> LowessCurve {
    let (all, caseWeights) = (points, caseWeights)
    return pass(
      points.knotWeights(weights), keepInfluence: keepInfluence, keepSlopes: keepSlopes
    ) { all.own($0, caseWeights) }
  }

  /// - Parameters:
  ///   - knots: what there is at the distinct x.
  ///   - own: what the curve goes through where a neighbourhood has no weight.
  mutating func pass(
    _ knots: KnotWeights, keepInfluence: Bool, keepSlopes: Bool,
    own: (Neighbourhood) -> Double
  ) -> LowessCurve {
    var curve = LowessCurve(
      value: .init(repeating: 0, count: points.knotX.count),
      slope: keepSlopes ? .init(repeating: .nan, count: points.knotX.count) : [], influence: [])
    if keepInfluence { curve.influence.reserveCapacity(evaluated.count) }
    forEachFit(knots) { place, fit in
      curve.value[place.knot] = fit?.value ?? own(place)
      if keepSlopes { curve.slope[place.knot] = fit?.slope ?? .nan }
      if keepInfluence { curve.influence.append(fit?.influence ?? .init(repeating: .nan)) }
    }
    interpolate(&curve.value)
    if keepSlopes { interpolate(&curve.slope) }
    return curve
  }

  /// Fills the knots between those that were fitted, by straight lines.
  func interpolate(_ values: inout [Double]) {
    guard evaluated.count < points.knotX.count else { return }
    let knots = points.knotX
    var left = 0
    for point in evaluated.dropFirst() {
      var right = left + 1
      while knots[right] < points.x[Int(point)] { right += 1 }
      for knot in left + 1..<right {
        let share = (knots[knot] - knots[left]) / (knots[right] - knots[left])
        values[knot] = share * values[right] + (1 - share) * values[left]
      }
      left = right
    }
  }

  /// The local regression at each evaluated point in turn, nil where it has none.
  private mutating func forEachFit(
    _ knots: KnotWeights, _ body: (Neighbourhood, LocalFit?) -> Void
  ) {
    var walk = walk()
    var regression = regression(knots)
    guard !everyPointDirectly else {
      for point in evaluated {
        let place = walk.move(to: Int(point))
        body(place, regression.fit(at: place))
      }
      return
    }
    switch settings.degree {
    case 0:
      forEachFastFit(
        WindowSums<10, MeanShape>(knots, rules: settings.rules), &walk, &regression, body)
    case 1:
      forEachFastFit(
        WindowSums<12, LineShape>(knots, rules: settings.rules), &walk, &regression, body)
    default:
      forEachFastFit(
        WindowSums<14, ParabolaShape>(knots, rules: settings.rules), &walk, &regression, body)
    }
  }

  private mutating func forEachFastFit<let count: Int, Shape: LocalShape>(
    _ windows: consuming WindowSums<count, Shape>, _ walk: inout NeighbourhoodWalk,
    _ regression: inout LocalRegression, _ body: (Neighbourhood, LocalFit?) -> Void
  ) {
    var windows = windows
    let (range, rules, neighbours) = (points.range, settings.rules, neighbours)
    let leastTotal = caseWeights.map { 2 * $0.lightest } ?? 1.5
    let (knots, isMean) = (windows.knots, rules == .tare && settings.degree == 0)
    var places: [Neighbourhood] = []
    places.reserveCapacity(windowBlock)
    var first = 0
    while first < evaluated.count {
      walk.takeWindow(from: first, of: evaluated, into: &places)
      var direct = 0
      windows.sums(of: places) { group, sums, final in
        let lanes = min(Lanes.scalarCount, places.count - group)
        var bandwidth = Lanes.zero
        for lane in 0..<lanes { bandwidth[lane] = places[group + lane].bandwidth }
        let fits = LaneFit(
          sums, bandwidth: bandwidth, neighbours: neighbours, leastTotal: leastTotal,
          range: range, rules: rules)
        let accepted = fits.accepted .& (bandwidth .> 1e-150)
        guard final || (0..<lanes).allSatisfy({ accepted[$0] }) else { return false }
        for lane in 0..<lanes {
          let place = places[group + lane]
          // A mean does not tell whether anything but the centre takes part.
          let isAlone =
            isMean && sums.w0[lane] <= knots.masses[place.knot].x * (1 + 1e-9) + 1e-12
          if accepted[lane], !isAlone {
            body(place, fits[lane])
          } else {
            // At one x there is nothing to sum.
            if place.bandwidth > 0 { direct += 1 }
            body(place, regression.fit(at: place))
          }
        }
        return true
      }
      directFits += direct
      first += places.count
    }
  }
}
