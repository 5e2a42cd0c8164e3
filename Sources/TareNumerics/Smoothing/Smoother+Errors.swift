/// Standard errors of a LOWESS curve.

extension Smoother {
  /// The standard error at each knot, [knot]; NaN where the curve goes through a point of its own.
  ///
  /// The sandwich with leverage (HC3, MacKinnon and White 1985): Var f(x_i) = Σ l_ij² (r_j / (1 -
  /// l_jj))², where l_ij is what y_j counts in the fit at x_i with the final weights, and r_j its
  /// residual. Points that their own fit follows, 1 - l_jj below 1e-4, are left out: their residual
  /// says nothing. Between evaluated points both leverage and error are interpolated.
  mutating func standardErrors(of curve: LowessCurve) -> [Double] {
    let spread = spread(of: curve)
    var errors = [Double](repeating: .nan, count: points.knotX.count)
    forEachVariance(curve, spread) { place, variance in
      errors[place.knot] = max(variance, 0).squareRoot()
    }
    interpolate(&errors)
    return errors
  }

  /// (r_j / (1 - l_jj))², [point].
  private func spread(of curve: LowessCurve) -> [Double] {
    let influence = ownInfluence(of: curve)
    var spread = residuals(of: curve)
    for knot in points.knotX.indices {
      for point in points.points(of: knot) {
        let free = 1 - weights[point] * influence[knot]
        let residual = free > 1e-4 ? spread[point] / free : 0
        spread[point] = residual * residual
      }
    }
    return spread
  }

  /// What a point of weight 1 counts in the fit at its own x, [knot]; NaN where the curve goes through a
  /// point of its own.
  func ownInfluence(of curve: LowessCurve) -> [Double] {
    var influence = [Double](repeating: .nan, count: points.knotX.count)
    var knot = 0
    for (index, point) in evaluated.enumerated() {
      while points.knotX[knot] < points.x[Int(point)] { knot += 1 }
      influence[knot] = LocalFit(influence: curve.influence[index]).influence(at: 0)
    }
    interpolate(&influence)
    return influence
  }

  private mutating func forEachVariance(
    _ curve: LowessCurve, _ spread: [Double], _ body: (Neighbourhood, Double) -> Void
  ) {
    let rules = settings.rules
    var walk = walk()
    var regression = regression(points.knotWeights(weights))
    let knots = points.knotWeights(zip(weights, spread).map { $0 * $0 * $1 })
    let spread = rules == .tare ? knots.masses.map(\.x) : spread
    guard !everyPointDirectly else {
      for (index, point) in evaluated.enumerated() {
        let place = walk.move(to: Int(point))
        let fit = LocalFit(influence: curve.influence[index])
        guard !fit.influence.x.isNaN else { continue }
        body(place, regression.variance(of: fit, at: place, spread: spread))
      }
      return
    }
    switch settings.degree {
    case 0:
      forEachFastVariance(
        WindowSums<19, MeanVarianceShape>(knots, rules: rules), &walk, &regression, curve, spread,
        body)
    case 1:
      forEachFastVariance(
        WindowSums<21, LineVarianceShape>(knots, rules: rules), &walk, &regression, curve, spread,
        body)
    default:
      forEachFastVariance(
        WindowSums<23, ParabolaVarianceShape>(knots, rules: rules), &walk, &regression, curve,
        spread, body)
    }
  }

  private mutating func forEachFastVariance<let count: Int, Shape: LocalShape>(
    _ windows: consuming WindowSums<count, Shape>, _ walk: inout NeighbourhoodWalk,
    _ regression: inout LocalRegression, _ curve: LowessCurve, _ spread: [Double],
    _ body: (Neighbourhood, Double) -> Void
  ) {
    var windows = windows
    // An error of 1e-10 of y's range and less is nothing beside that of the curve itself.
    let nothing = 4e-20 * points.halfRange * points.halfRange
    var places: [Neighbourhood] = []
    var first = 0
    while first < evaluated.count {
      walk.takeWindow(from: first, of: evaluated, into: &places)
      var direct = 0
      windows.sums(of: places) { group, sums, final in
        let lanes = min(Lanes.scalarCount, places.count - group)
        let variances = (0..<lanes).map { lane -> (fit: LocalFit, value: Double, isGood: Bool) in
          let fit = LocalFit(influence: curve.influence[first + group + lane])
          let shares = fit.sharesByPower
          let value = sums.variance(shares, lane: lane)
          let reach = abs(shares.x) + abs(shares.y) + abs(shares.z)
          // The coefficients of the squared weight sum to at most 64, eight times those of the
          // weight itself.
          let lost =
            8 * LaneFit.momentLoss * sums.byMoments[lane] + LaneFit.directLoss * sums.w0[lane]
          let loss = lost * reach * reach
          let isGood = places[group + lane].bandwidth > 1e-150 && loss <= max(1e-8 * value, nothing)
          return (fit, value, isGood || reach.isNaN)
        }
        guard final || variances.allSatisfy(\.isGood) else { return false }
        for lane in 0..<lanes where !variances[lane].fit.influence.x.isNaN {
          let place = places[group + lane]
          if variances[lane].isGood {
            body(place, variances[lane].value)
          } else {
            direct += 1
            body(place, regression.variance(of: variances[lane].fit, at: place, spread: spread))
          }
        }
        return true
      }
      directFits += direct
      first += places.count
    }
  }
}

extension LocalFit {
  /// `influence` in powers of the distance from the centre.
  fileprivate var sharesByPower: SIMD3<Double> {
    let mean = influence.w
    return SIMD3(
      influence.x + mean * (mean * influence.z - influence.y),
      influence.y - 2 * mean * influence.z, influence.z)
  }
}

extension LaneSums {
  /// Σ w² g (α₀ + α₁ z + α₂ z²)² in one lane, from the sums of w² g zᵐ.
  fileprivate func variance(_ shares: SIMD3<Double>, lane: Int) -> Double {
    let (a0, a1, a2) = (shares.x, shares.y, shares.z)
    let bySquares = (a1 * a1 + 2 * a0 * a2) * w2[lane] + a2 * a2 * w4[lane]
    return a0 * a0 * w0[lane] + 2 * a0 * a1 * w1[lane] + 2 * a1 * a2 * w3[lane] + bySquares
  }
}
