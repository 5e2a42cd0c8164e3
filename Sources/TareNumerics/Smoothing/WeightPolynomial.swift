/// The tricube weight on one side of a centre, as a polynomial.

/// The coefficients of (1 - side (a + b t)³)³ in powers of t, for four centres.
struct WeightPolynomial {
  /// [power]
  private(set) var coefficients = InlineArray<10, Lanes>(repeating: .zero)
  /// The sum of all coefficients' sizes, times the powers of the greatest t, over the greatest that
  /// can be where that is 1: 8.
  let size: Lanes

  /// - Parameters:
  ///   - side: 1 right of the centres, -1 left of them.
  ///   - reach: the greatest b t, or more.
  @inline(__always)
  init(side: Double, a: Lanes, b: Lanes, reach: Lanes) {
    // 1 - v³ = (1 - v) (1 + v + v²), which keeps its digits where v is next to 1.
    let v = side * a
    let q0 = (1 - v) * (1 + v * (1 + v))
    let q1 = -3 * side * (a * a * b)
    let q2 = -3 * side * (a * b * b)
    let q3 = -side * (b * b * b)
    let lean = a.magnitudes
    let outer: Lanes = reach * (3 * lean * (lean + reach) + reach * reach)
    let half = 0.5 * (q0.magnitudes + outer)
    size = half * half * half
    let s0 = q0 * q0
    let s1 = 2 * (q0 * q1)
    let s2 = 2 * (q0 * q2) + q1 * q1
    let s3 = 2 * (q0 * q3 + q1 * q2)
    let s4 = 2 * (q1 * q3) + q2 * q2
    let s5 = 2 * (q2 * q3)
    let s6 = q3 * q3
    coefficients[0] = s0 * q0
    coefficients[1] = s1 * q0 + s0 * q1
    coefficients[2] = s2 * q0 + s1 * q1 + s0 * q2
    coefficients[3] = s3 * q0 + s2 * q1 + s1 * q2 + s0 * q3
    coefficients[4] = s4 * q0 + s3 * q1 + s2 * q2 + s1 * q3
    coefficients[5] = s5 * q0 + s4 * q1 + s3 * q2 + s2 * q3
    coefficients[6] = s6 * q0 + s5 * q1 + s4 * q2 + s3 * q3
    coefficients[7] = s6 * q1 + s5 * q2 + s4 * q3
    coefficients[8] = s6 * q2 + s5 * q3
    coefficients[9] = s6 * q3
  }

  /// The coefficients of the square, [power].
  var squared: InlineArray<19, Lanes> {
    var squared = InlineArray<19, Lanes>(repeating: .zero)
    for left in 0..<10 {
      for right in 0..<10 { squared[left + right] += coefficients[left] * coefficients[right] }
    }
    return squared
  }
}
