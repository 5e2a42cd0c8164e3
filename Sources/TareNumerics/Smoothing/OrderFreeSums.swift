/// Sums that do not depend on the order of their terms, to the last bit.

/// Each term is cut into a multiple of a coarse grid and one of a fine grid, and the parts are added
/// apart: on a grid that is coarse enough for their number no addition rounds, so that none can round
/// otherwise in another order (Demmel and Nguyen 2013). What lies below the fine grid is dropped, term
/// by term; of a million terms that is 2⁻⁶⁶ of the greatest possible sum.
struct OrderFreeSums {
  private let scale: SIMD2<Double>
  private let coarse: Double
  private let fine: Double
  private let unscale: SIMD2<Double>

  /// - Parameters:
  ///   - greatest: no term is larger than these, but for its sign.
  ///   - terms: the most terms of a sum.
  init(greatest: SIMD2<Double>, terms: Int) {
    // Terms are brought below 1 by powers of two, which loses nothing.
    let powers = SIMD2(Self.power(above: greatest.x), Self.power(above: greatest.y))
    unscale = powers
    scale = 1 / powers
    let bits = Int.bitWidth - terms.leadingZeroBitCount + 2
    // Adding and subtracting 1.5 · 2^(52 + e) rounds to a multiple of 2^e.
    coarse = 1.5 * Self.power(bits - 1)
    fine = 1.5 * Self.power(2 * bits - 55)
  }

  private static func power(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }

  private static func power(above value: Double) -> Double {
    value > 0 && value.isFinite ? power(max(Int(value.exponent) + 1, -1000)) : 1
  }

  /// Σ ω in `x`, Σ ω y in `y`.
  @inline(__always)
  func sum(
    over range: Range<Int>, weights: borrowing Span<Double>, y: borrowing Span<Double>
  ) -> SIMD2<Double> {
    // Two numbers have one sum.
    if range.count <= 2 {
      var sum = SIMD2<Double>.zero
      for index in range { sum += SIMD2(weights[index], weights[index] * y[index]) }
      return sum
    }
    var coarseSum = SIMD2<Double>.zero
    var fineSum = SIMD2<Double>.zero
    for index in range {
      let value = SIMD2(weights[index], weights[index] * y[index]) * scale
      let high = (value + coarse) - coarse
      let rest = value - high
      coarseSum += high
      fineSum += (rest + fine) - fine
    }
    return (coarseSum + fineSum) * unscale
  }

  /// Σ ω alone, to the bits that `x` above has.
  @inline(__always)
  func sum(over range: Range<Int>, weights: borrowing Span<Double>) -> Double {
    if range.count <= 2 { return range.reduce(0) { $0 + weights[$1] } }
    var coarseSum = 0.0
    var fineSum = 0.0
    for index in range {
      let value = weights[index] * scale.x
      let high = (value + coarse) - coarse
      coarseSum += high
      fineSum += (value - high + fine) - fine
    }
    return (coarseSum + fineSum) * unscale.x
  }
}
