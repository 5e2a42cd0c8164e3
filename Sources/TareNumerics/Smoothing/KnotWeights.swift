/// What a pass of LOWESS knows of each distinct x.

/// The weights of the points at each distinct x, summed: local sums depend on nothing else.
final class KnotWeights {
  /// The distinct x, ascending, [knot].
  let x: [Double]
  /// Σ ω over the points of each in `x`, Σ ω y in `y`, [knot].
  let masses: [SIMD2<Double>]

  /// Whether the sums are not those of the points' own y.
  let isOfOtherY: Bool

  init(x: [Double], masses: [SIMD2<Double>], isOfOtherY: Bool = false) {
    self.x = x
    self.masses = masses
    self.isOfOtherY = isOfOtherY
  }
}
