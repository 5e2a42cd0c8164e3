/// What a calibration makes of scores.

/// Scores with the bias taken off.
package struct CalibratedScores: Sendable, Hashable {
  /// Score minus bias, [row].
  package let calibrated: [Double]
  /// What was taken off, [row].
  package let bias: [Double]
  /// Rows with a covariate outside the range that the calibration was fitted to.
  package let outside: Int
}
