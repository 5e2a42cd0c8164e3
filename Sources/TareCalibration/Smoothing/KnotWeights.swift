/// What a pass of LOWESS knows of each distinct x.

/// The weights of the points at each distinct x, summed: local sums depend on nothing else.
final class KnotWeights {
  /// The distinct x, ascending, [knot].
  let x: [Double]
  /// Σ ω over the points of each, [knot].
  let weight: [Double]
  /// Σ ω y, [knot].
  let weightedY: [Double]

  init(x: [Double], weight: [Double], weightedY: [Double]) {
    self.x = x
    self.weight = weight
    self.weightedY = weightedY
  }
}
