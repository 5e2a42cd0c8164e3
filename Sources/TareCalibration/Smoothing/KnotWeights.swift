/// What a pass of LOWESS knows of each distinct x.

/// The weights of the points at each distinct x, summed: local sums depend on nothing else.
final class KnotWeights {
  /// The distinct x, ascending, [knot].
  let x: [Double]
  /// Σ ω over the points of each in `x`, Σ ω y in `y`, [knot].
  let masses: [SIMD2<Double>]

  init(x: [Double], masses: [SIMD2<Double>]) {
    self.x = x
    self.masses = masses
  }
}
