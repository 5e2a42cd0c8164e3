/// Moments of a stretch of weighted points: what a polynomial weight needs to sum them.

/// Sums of ω tᵏ and ω y tᵏ for k below `count` over a stretch of knots, where t runs from -1 to 1
/// over the stretch.
///
/// In that frame each moment is at most the total weight, and so is what is lost by rounding.
struct StretchMoments<let count: Int>: Sendable {
  /// The first and last x of the stretch.
  private(set) var low = 0.0
  private(set) var high = 0.0
  private(set) var centre = 0.0
  private(set) var halfWidth = 0.0
  /// Σ ω tᵏ in `x`, Σ ω y tᵏ in `y`, [power].
  private(set) var sums = InlineArray<count, SIMD2<Double>>(repeating: .zero)

  /// Total weight of the stretch.
  var weight: Double { sums[0].x }

  /// Those of nothing.
  init() {}

  /// The moments of the knots in `range`, which is not empty.
  init(of knots: KnotWeights, in range: Range<Int>) {
    let (x, masses) = (knots.x, knots.masses)
    setFrame(low: x[range.lowerBound], high: x[range.upperBound - 1])
    let (middle, inverse) = (centre, Self.inverse(halfWidth))
    var sums = InlineArray<count, SIMD2<Double>>(repeating: .zero)
    for knot in range {
      let t = (x[knot] - middle) * inverse
      var term = masses[knot]
      sums[0] += term
      for power in 1..<count {
        term *= t
        sums[power] += term
      }
    }
    self.sums = sums
  }

  /// The moments of a stretch and the one right of it together.
  static func joining(_ left: Self, _ right: Self) -> Self {
    var joined = Self()
    joined.join(left, right)
    return joined
  }

  /// Becomes the moments of a stretch and the one right of it together.
  ///
  /// Each side is moved into the common frame, t' = α + β t with |α| + β ≤ 1, so no moment grows on
  /// the way: Σ ω (α + s)ᵏ from Σ ω sᵏ, s = β t, by one round of additions for each power.
  mutating func join(_ left: Self, _ right: Self) {
    setFrame(low: left.low, high: right.high)
    let inverse = Self.inverse(halfWidth)
    let (leftAlpha, leftBeta) = ((left.centre - centre) * inverse, left.halfWidth * inverse)
    let movedRight = right.moved(
      alpha: (right.centre - centre) * inverse, beta: right.halfWidth * inverse)
    sums = left.moved(alpha: leftAlpha, beta: leftBeta)
    for power in 0..<count { sums[power] += movedRight[power] }
  }

  private mutating func setFrame(low: Double, high: Double) {
    self.low = low
    self.high = high
    centre = (low + high) / 2
    halfWidth = (high - low) / 2
  }

  /// The sums in powers of α + β t.
  @inline(__always)
  func moved(alpha: Double, beta: Double) -> InlineArray<count, SIMD2<Double>> {
    var moved = InlineArray<count, SIMD2<Double>>(repeating: .zero)
    moved[0] = sums[0]
    var scale = beta
    for power in 1..<count {
      moved[power] = sums[power] * scale
      scale *= beta
    }
    // Two rounds at a time: half the stores.
    let (double, square) = (2 * alpha, alpha * alpha)
    for round in stride(from: 1, to: count, by: 2) {
      for power in stride(from: count - 1, through: round + 1, by: -1) {
        moved[power] += double * moved[power - 1] + square * moved[power - 2]
      }
      moved[round] += alpha * moved[round - 1]
    }
    return moved
  }

  /// 0 for a stretch so narrow that its reciprocal overflows: its points stand at its centre.
  static func inverse(_ halfWidth: Double) -> Double {
    halfWidth > 1e-290 ? 1 / halfWidth : 0
  }
}
