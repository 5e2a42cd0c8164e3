/// The sums of four neighbourhoods at once.

/// Four local regressions side by side.
typealias Lanes = SIMD4<Double>
typealias LaneMask = SIMDMask<SIMD4<Int64>>
typealias LaneBits = SIMD4<UInt64>

/// Σ w zᵐ for m up to twice the degree and Σ w y zᵐ for m up to the degree; z is the distance from the
/// centre over the bandwidth. What a degree does not need stays 0.
struct LaneSums<Shape: LocalShape> {
  var w0 = Lanes.zero
  var w1 = Lanes.zero
  var w2 = Lanes.zero
  var w3 = Lanes.zero
  var w4 = Lanes.zero
  var y0 = Lanes.zero
  var y1 = Lanes.zero
  var y2 = Lanes.zero
  /// What the sums over moments would be if all their terms had the same sign, in units of the most
  /// that is possible for points of this weight: their rounding is in proportion to it.
  var byMoments = Lanes.zero

  /// Adds the knots of a range one by one.
  @inline(__always)
  mutating func add(_ range: Range<Int>, of knots: KnotWeights, _ frame: LaneFrame) {
    guard !frame.flattened else { return addFlattened(range, of: knots, frame) }
    for knot in range {
      let z = (knots.x[knot] - frame.centre) * frame.inverse
      add(Self.tricube(z), knots.masses[knot], z)
    }
  }

  /// The same where weights are flat next to the centre and end before the bandwidth does.
  private mutating func addFlattened(
    _ range: Range<Int>, of knots: KnotWeights, _ frame: LaneFrame
  ) {
    for knot in range {
      let distance = knots.x[knot] - frame.centre
      let z = distance * frame.inverse
      var weight = Self.tricube(z)
      let reach = distance.magnitudes
      weight.replace(with: 0, where: reach .> frame.outerReach)
      weight.replace(with: 1, where: reach .<= frame.innerReach)
      add(weight, knots.masses[knot], z)
    }
  }

  /// Adds the knots of a range that are so near the centre that their weight is 1.
  mutating func addFlat(_ range: Range<Int>, of knots: KnotWeights, _ frame: LaneFrame) {
    for knot in range {
      let distance = knots.x[knot] - frame.centre
      let weight = Lanes.zero.replacing(
        with: 1, where: distance.magnitudes .<= frame.innerReach)
      add(weight, knots.masses[knot], distance * frame.inverse)
    }
  }

  @inline(__always)
  private static func tricube(_ z: Lanes) -> Lanes {
    var base = 1 - (z * z * z).magnitudes
    base.replace(with: 0, where: base .< 0)
    return base * base * base
  }

  @inline(__always)
  private mutating func add(
    _ distanceWeight: Lanes, _ mass: SIMD2<Double>, _ z: Lanes
  ) {
    let factor = Shape.squared ? distanceWeight * distanceWeight : distanceWeight
    var w = factor * mass.x
    var y = factor * mass.y
    w0 += w
    y0 += y
    if Shape.degree > 0 {
      w *= z
      y *= z
      w1 += w
      y1 += y
      w *= z
      w2 += w
    }
    if Shape.degree > 1 {
      y2 += y * z
      w *= z
      w3 += w
      w *= z
      w4 += w
    }
  }

  /// Adds the four neighbourhoods' shares of a stretch that lies on one side of all centres, its
  /// weights the polynomial (1 - side z³)³, or 1 where `side` is 0.
  @inline(__always)
  mutating func add<let count: Int>(
    _ stretch: StretchMoments<count>, side: Double, _ frame: LaneFrame
  ) {
    // z = a + b t
    let a = (stretch.centre - frame.centre) * frame.inverse
    let b = stretch.halfWidth * frame.inverse
    guard side != 0 else {
      byMoments += stretch.weight
      return add([Lanes(repeating: 1)], stretch, a: a, b: b)
    }
    let polynomial = WeightPolynomial(side: side, a: a, b: b, reach: b)
    if Shape.squared {
      byMoments += polynomial.size * polynomial.size * stretch.weight
      add(polynomial.squared, stretch, a: a, b: b)
    } else {
      byMoments += polynomial.size * stretch.weight
      add(polynomial.coefficients, stretch, a: a, b: b)
    }
  }

  @inline(__always)
  private mutating func add<let count: Int, let terms: Int>(
    _ coefficients: InlineArray<terms, Lanes>, _ stretch: StretchMoments<count>, a: Lanes, b: Lanes
  ) {
    var (m0, m1, m2, m3, m4) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (n0, n1, n2) = (Lanes.zero, Lanes.zero, Lanes.zero)
    for power in 0..<terms {
      let coefficient = coefficients[power]
      m0 += coefficient * stretch.sums[power].x
      n0 += coefficient * stretch.sums[power].y
      if Shape.degree > 0 {
        m1 += coefficient * stretch.sums[power + 1].x
        n1 += coefficient * stretch.sums[power + 1].y
        m2 += coefficient * stretch.sums[power + 2].x
      }
      if Shape.degree > 1 {
        n2 += coefficient * stretch.sums[power + 2].y
        m3 += coefficient * stretch.sums[power + 3].x
        m4 += coefficient * stretch.sums[power + 4].x
      }
    }
    add((m0, m1, m2, m3, m4), (n0, n1, n2), a: a, b: b)
  }

  /// Adds the four neighbourhoods' own moments of one side, `side` 1 right of the centres, -1 left
  /// of them.
  @inline(__always)
  mutating func add<let count: Int>(
    _ moments: borrowing SideMoments<count>, side: Double, _ frame: LaneFrame
  ) {
    let a = (moments.centre - frame.centre) * frame.inverse
    let b = moments.halfWidth * frame.inverse
    // The side's ends are at 0 and `side`: the farther is at most so far from the middle.
    let (near, far) = (a.magnitudes, (side - a).magnitudes)
    let reach = near.replacing(with: far, where: far .> near)
    let polynomial = WeightPolynomial(side: side, a: a, b: b, reach: reach)
    let sums = moments.sums.span
    if Shape.squared {
      add(polynomial.squared, size: polynomial.size * polynomial.size, sums, frame, a: a, b: b)
    } else {
      add(polynomial.coefficients, size: polynomial.size, sums, frame, a: a, b: b)
    }
  }

  @inline(__always)
  private mutating func add<let count: Int, let terms: Int>(
    _ coefficients: borrowing InlineArray<terms, Lanes>, size: Lanes,
    _ sums: borrowing Span<InlineArray<count, SIMD2<Double>>>, _ frame: LaneFrame, a: Lanes,
    b: Lanes
  ) {
    // The lanes are written out: a lane whose number is a variable costs more than its sums.
    let p0 = LaneProducts<Shape>(lane: 0, of: coefficients, sums, place: frame.first)
    let p1 = LaneProducts<Shape>(
      lane: 1, of: coefficients, sums, place: min(frame.first + 1, frame.last))
    let p2 = LaneProducts<Shape>(
      lane: 2, of: coefficients, sums, place: min(frame.first + 2, frame.last))
    let p3 = LaneProducts<Shape>(
      lane: 3, of: coefficients, sums, place: min(frame.first + 3, frame.last))
    byMoments += size * Lanes(p0.weight, p1.weight, p2.weight, p3.weight)
    let m0 = Lanes(p0.s0.x, p1.s0.x, p2.s0.x, p3.s0.x)
    let m1 = Lanes(p0.s1.x, p1.s1.x, p2.s1.x, p3.s1.x)
    let m2 = Lanes(p0.s2.x, p1.s2.x, p2.s2.x, p3.s2.x)
    let m3 = Lanes(p0.s3.x, p1.s3.x, p2.s3.x, p3.s3.x)
    let m4 = Lanes(p0.s4.x, p1.s4.x, p2.s4.x, p3.s4.x)
    let n0 = Lanes(p0.s0.y, p1.s0.y, p2.s0.y, p3.s0.y)
    let n1 = Lanes(p0.s1.y, p1.s1.y, p2.s1.y, p3.s1.y)
    let n2 = Lanes(p0.s2.y, p1.s2.y, p2.s2.y, p3.s2.y)
    add((m0, m1, m2, m3, m4), (n0, n1, n2), a: a, b: b)
  }

  /// Adds sums of powers of t, taken as such of z = a + b t.
  @inline(__always)
  private mutating func add(
    _ m: (Lanes, Lanes, Lanes, Lanes, Lanes), _ n: (Lanes, Lanes, Lanes), a: Lanes, b: Lanes
  ) {
    let (m0, m1, m2, m3, m4) = m
    let (n0, n1, n2) = n
    w0 += m0
    y0 += n0
    if Shape.degree > 0 {
      w1 += a * m0 + b * m1
      y1 += a * n0 + b * n1
      let m01: Lanes = a * m0 + b * m1
      let m12: Lanes = a * m1 + b * m2
      w2 += a * m01 + b * m12
      if Shape.degree > 1 {
        let n01: Lanes = a * n0 + b * n1
        let n12: Lanes = a * n1 + b * n2
        y2 += a * n01 + b * n12
        // One factor z = a + b t at a time.
        let m23: Lanes = a * m2 + b * m3
        let m34: Lanes = a * m3 + b * m4
        let m012: Lanes = a * m01 + b * m12
        let m123: Lanes = a * m12 + b * m23
        let m234: Lanes = a * m23 + b * m34
        let m0123: Lanes = a * m012 + b * m123
        let m1234: Lanes = a * m123 + b * m234
        w3 += m0123
        w4 += a * m0123 + b * m1234
      }
    }
  }
}

extension Lanes {
  /// |v|: the sign bits taken off.
  @inline(__always)
  var magnitudes: Lanes {
    unsafeBitCast(
      unsafeBitCast(self, to: LaneBits.self) & LaneBits(repeating: ~(1 << 63)),
      to: Lanes.self)
  }
}
