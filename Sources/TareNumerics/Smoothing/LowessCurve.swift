/// What one pass of LOWESS finds.

struct LowessCurve {
  /// The curve, less the middle of y's range, [knot].
  var value: [Double]
  /// Its derivative, [knot]; NaN where the curve goes through a point of its own; empty where it was
  /// not asked for.
  var slope: [Double]
  /// See `LocalFit.influence`, [evaluated]; NaN and empty as above.
  var influence: [SIMD4<Double>]
}
