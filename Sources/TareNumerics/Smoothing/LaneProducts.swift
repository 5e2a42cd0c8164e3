/// What a polynomial weight sums to over the moments of one side of one neighbourhood.

/// Σ w tᵐ in `x`, Σ w y tᵐ in `y`, for m up to twice the degree.
struct LaneProducts<Shape: LocalShape> {
  var s0 = SIMD2<Double>.zero
  var s1 = SIMD2<Double>.zero
  var s2 = SIMD2<Double>.zero
  var s3 = SIMD2<Double>.zero
  var s4 = SIMD2<Double>.zero
  /// The weight of the points without that of their distance.
  let weight: Double

  @inline(__always)
  init<let count: Int, let terms: Int>(
    lane: Int, of coefficients: borrowing InlineArray<terms, Lanes>,
    _ moments: borrowing Span<InlineArray<count, SIMD2<Double>>>, place: Int
  ) {
    weight = moments[place][0].x
    for power in 0..<terms {
      let coefficient = coefficients[power][lane]
      s0 += coefficient * moments[place][power]
      if Shape.degree > 0 {
        s1 += coefficient * moments[place][power + 1]
        s2 += coefficient * moments[place][power + 2]
      }
      if Shape.degree > 1 {
        s3 += coefficient * moments[place][power + 3]
        s4 += coefficient * moments[place][power + 4]
      }
    }
  }
}
