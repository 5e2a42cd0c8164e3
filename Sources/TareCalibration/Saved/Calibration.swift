/// A fitted calibration: the bias as a function of the covariates, and where it comes from.
package import TareCore

/// What takes the bias off a score: fitted once, saved as JSON, applied to new data.
///
/// The calibrated score is score − gamma · bias + offset.
public struct Calibration: Sendable, Hashable {
  /// The version of the JSON form that this program writes. It reads version 2 as well, which knew
  /// covariates by their definitions.
  package static let version = 3

  /// Key of the calibrator that made it.
  public let method: String
  package let covariates: [Covariate]
  /// The calibrator's settings and those of the fit.
  package let parameters: JSONObject
  package let bias: Bias
  /// How much of the bias is taken off: 0 leaves every score as it is, 1 takes all.
  public let gamma: Double
  /// What is added to every score, as to keep their mean.
  package let offset: Double
  /// Smallest and largest of each covariate it was fitted to, [covariate].
  package let ranges: [ClosedRange<Double>]
  /// Rows it was fitted to.
  public let n: Int
  /// Prompts it was fitted to; nil where the data did not tell.
  package let prompts: Int?
  /// What the method found out beside the bias: why it abstained, coefficients, how gamma was chosen.
  package private(set) var findings: JSONObject
  /// SHA-256 of the data it was fitted to, in hexadecimal; see `CalibrationTable.digest`.
  package let digest: String
  /// When it was fitted, as the caller wrote it.
  package let date: String

  /// Takes the bias off every score of the table.
  ///
  /// A fit gives no other scores than this, so applying a calibration, saved or not, to the data
  /// it was fitted to gives the same bits.
  ///
  /// - Parameter first: how many rows of the data stand before the table's first, for errors.
  /// - Throws: `TareError.badData` if the table's covariates are not the calibration's, and for a
  ///   score that overflows.
  package func apply(
    to table: CalibrationTable, after first: Int = 0
  ) throws(TareError) -> CalibratedScores {
    guard table.covariates == covariates else {
      throw .badData(
        place: "calibration", found: "the covariates \(table.covariates.described) in the data",
        accepted: covariates.described)
    }
    // A gamma of 0 leaves the very bits of the scores.
    let bias =
      gamma == 0
      ? [Double](repeating: 0, count: table.count)
      : bias.values(for: table).map { gamma * $0 - offset }
    var isOutside = [Bool](repeating: false, count: table.count)
    for (column, range) in zip(table.columns, ranges) {
      for row in column.indices where !range.contains(column[row]) { isOutside[row] = true }
    }
    let calibrated = CalibratedScores(
      calibrated: zip(table.scores, bias).map { $0 - $1 }, bias: bias,
      outside: isOutside.count { $0 })
    if let row = calibrated.calibrated.firstIndex(where: { !$0.isFinite }) {
      throw .badData(
        place: "column calibrated, row \(first + row + 1)",
        found: "\(calibrated.calibrated[row])", accepted: "scores and biases that do not overflow")
    }
    return calibrated
  }

  /// The same with one finding more.
  package func finding(_ name: String, _ value: JSONValue) -> Calibration {
    var calibration = self
    calibration.findings[name] = value
    return calibration
  }

  /// What is taken off a score where curves over the first covariate say it; nil where none is. See
  /// `Bias.main(at:)`.
  package func bias(at value: Double) -> Double? {
    guard gamma != 0 else { return 0 }
    return bias.main(at: value).map { gamma * $0 - offset }
  }
}

extension [Covariate] {
  fileprivate var described: String {
    isEmpty ? "none" : map { "\($0.name) (\($0.id): \($0.definition))" }.joined(separator: ", ")
  }
}
