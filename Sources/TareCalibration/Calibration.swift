/// A fitted calibration: the bias as a function of the covariate, and where it comes from.
package import TareCore

/// What takes the bias off a score: fitted once, saved as JSON, applied to new data.
///
/// The calibrated score is the score minus the bias. As in the published method the whole fitted
/// curve is subtracted, its level too, so calibrated scores lie around 0; differences between
/// responses, which is all that a reward model's order rests on, are not touched by the level.
package struct Calibration: Sendable, Hashable {
  /// The version of the JSON form that this program writes, and the only one it reads.
  package static let version = 1

  /// Key of the calibrator that made it.
  package let method: String
  package let covariate: Covariate
  /// The calibrator's settings.
  package let parameters: JSONObject
  package let curve: Curve
  /// Smallest and largest covariate it was fitted to.
  package let range: ClosedRange<Double>
  /// Rows it was fitted to.
  package let n: Int
  /// SHA-256 of the data it was fitted to, in hexadecimal; see `CalibrationTable.digest`.
  package let digest: String
  /// When it was fitted, as the caller wrote it.
  package let date: String

  package func bias(at value: Double) -> Double { curve.bias(at: value) }

  /// Takes the bias off every score of the table.
  ///
  /// A fit gives no other scores than this, so applying a calibration, saved or not, to the data
  /// it was fitted to gives the same bits.
  ///
  /// - Throws: `TareError.badData` if the table's covariate is not the calibration's.
  package func apply(to table: CalibrationTable) throws(TareError) -> CalibratedScores {
    guard table.covariate == covariate else {
      throw .badData(
        place: "calibration", found: "the covariate \(table.covariate.described) in the data",
        accepted: covariate.described)
    }
    let bias = table.values.map { curve.bias(at: $0) }
    return CalibratedScores(
      calibrated: zip(table.scores, bias).map { $0 - $1 }, bias: bias,
      outside: table.values.count { !range.contains($0) })
  }
}

/// Scores with the bias taken off.
package struct CalibratedScores: Sendable, Hashable {
  /// Score minus bias, [row].
  package let calibrated: [Double]
  /// What was taken off, [row].
  package let bias: [Double]
  /// Rows whose covariate lies outside the range that the calibration was fitted to.
  package let outside: Int
}

extension Covariate {
  fileprivate var described: String { "\(name) (\(definition))" }
}
