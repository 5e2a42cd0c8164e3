/// Four local regressions from their sums.

struct LaneFit {
  var value = Lanes.zero
  var slope = Lanes.zero
  /// See `LocalFit.influence`.
  var influence = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
  /// Where the sums have digits enough; the others are to be summed directly.
  var accepted = LaneMask(repeating: false)

  subscript(lane: Int) -> LocalFit {
    LocalFit(
      value: value[lane], slope: slope[lane],
      influence: SIMD4(
        influence.0[lane], influence.1[lane], influence.2[lane],
        influence.3[lane]))
  }

  /// What a normalised sum may have lost, for each unit of weight that went through moments.
  ///
  /// A sum of moments has 10 terms, whose coefficients sum to at most 8; each moment comes out of
  /// joins, of which each adds some roundings of 2⁻⁵³, that grow as a random walk over thousands of
  /// joins. Against sums in pieces, which have few joins, 2 million points differ by 1e-15, and the
  /// worst of skewed data by 3e-14 after the growth below: this is some ten times as much.
  static let momentLoss = 1e-14
  /// The same for weight that was summed directly.
  static let directLoss = 2e-15
  /// The share of half the range of y that a fit may have lost, a tenth of what is promised.
  static let allowance = 1e-10

  /// - Parameters:
  ///   - bandwidth: of each, above 0.
  ///   - neighbours: the number of points in each neighbourhood.
  ///   - leastTotal: local means whose weights sum to no more are left to the direct sums.
  ///   - range: of all x.
  @inline(__always)
  init<Shape: LocalShape>(
    _ sums: LaneSums<Shape>, bandwidth: Lanes, neighbours: Int, leastTotal: Double,
    range: Double, rules: Lowess.Rules
  ) {
    let total = sums.w0
    let inverse = 1 / total
    let meanY = sums.y0 * inverse
    let loss = Self.directLoss + Self.momentLoss * sums.byMoments * inverse
    value = meanY
    influence.0 = inverse
    if Shape.degree == 0 {
      // Without the spread, the sum itself shows that at least two points count.
      accepted = ((total .> leastTotal) .& (loss .<= Self.allowance))
      return
    }
    let mean = sums.w1 * inverse
    let variance = sums.w2 * inverse - mean * mean
    let cross = sums.y1 * inverse - mean * meanY
    // Were only one weight above 1e-12, the spread about it would be at most 4e-12 a point.
    accepted = ((total * variance .> 1e-11 * Double(neighbours)) .& (total .> 0))
    let floor: Lanes
    let sloped: LaneMask
    switch rules {
    case .tare, .statsmodels:
      floor = rules.floor(range: range) / bandwidth / bandwidth
      sloped = .init(repeating: true)
    case .r:
      floor = .zero
      let least = Lanes(repeating: 0.001 * range) / bandwidth
      let border = least * least
      sloped = (variance .> border)
      // Next to the border rounding decides: leave it to the direct sums.
      let aside = (variance .> 1.000001 * border) .| (variance .< 0.999999 * border)
      accepted = (accepted .& aside)
    }
    let steadied = variance.replacing(with: floor, where: floor .> variance)
    let inverseVariance = (1 / steadied).replacing(with: 0, where: .!sloped)
    let slopeZ = cross * inverseVariance
    value = meanY - slopeZ * mean
    slope = slopeZ / bandwidth
    influence.3 = mean
    influence.1 = -inverse * mean * inverseVariance

    // How errors of the mean sums reach the value, term by term of the formulas above.
    let deviation = variance.squareRoot()
    let lever = mean.magnitudes / deviation
    let ofSlope: Lanes = 1 + 3 * lever * (1 + 1 / deviation)
    var growth: Lanes = 1 + ofSlope / deviation
    if Shape.degree == 2 {
      growth += bend(
        sums, inverse: inverse, mean: mean, variance: variance, cross: cross,
        bandwidth: bandwidth, sloped: sloped)
    }
    accepted = (accepted .& (loss * growth .<= Self.allowance))
  }

  /// Adds the quadratic part.
  ///
  /// - Returns: how errors of the mean sums grow in it.
  @inline(__always)
  private mutating func bend<Shape: LocalShape>(
    _ sums: LaneSums<Shape>, inverse: Lanes, mean: Lanes, variance: Lanes, cross: Lanes,
    bandwidth: Lanes, sloped: LaneMask
  ) -> Lanes {
    let (z2, z3, z4) = (sums.w2 * inverse, sums.w3 * inverse, sums.w4 * inverse)
    let square = mean * mean
    let third: Lanes = z3 - mean * (3 * z2 - 2 * square)
    let ofSquare: Lanes = 6 * z2 - 3 * square
    let fourth: Lanes = z4 - mean * (4 * z3 - mean * ofSquare)
    let skew = third / variance
    let norm: Lanes = fourth - variance * variance - skew * third
    let meanY = sums.y0 * inverse
    // Σ w u² y less its mean part
    let lineY: Lanes = 2 * (sums.y1 * inverse) - mean * meanY
    let crossSquare: Lanes = sums.y2 * inverse - mean * lineY
    let product: Lanes = crossSquare - variance * meanY - skew * cross
    let p: Lanes = square - variance + skew * mean
    let tilt: Lanes = -2 * mean - skew
    let inverseNorm = (1 / norm).replacing(with: 0, where: .!sloped)
    let bend = product * inverseNorm
    value += bend * p
    slope += bend * tilt / bandwidth
    let curve = p * inverseNorm * inverse
    influence.0 -= curve * variance
    influence.1 -= curve * skew
    influence.2 = curve
    // Well above the border below which the direct sums take the line.
    let bent = (norm .> 1e-6 * (variance * variance)) .| .!sloped
    accepted = (accepted .& bent)
    let lean = skew.magnitudes
    let leanSquare: Lanes = (1 + lean) * (1 + lean)
    let ofProduct: Lanes = 8 * (1 + lean + leanSquare / variance.squareRoot())
    let ofNorm: Lanes = 16 * leanSquare
    let root = norm.squareRoot()
    let ofBend: Lanes = (ofProduct + ofNorm / root) / norm
    let ofP: Lanes = 8 * (1 + lean / variance) / root
    let growth: Lanes = p.magnitudes * ofBend + ofP
    return growth.replacing(with: 0, where: .!sloped)
  }
}
