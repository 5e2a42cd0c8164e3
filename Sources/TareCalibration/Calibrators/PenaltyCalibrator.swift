/// The length penalty: a fixed amount for each unit of the covariate, fitted to nothing.
package import TareCore

/// The baseline of the paper. Its effect depends on the scale of the scores.
package struct PenaltyCalibrator: Calibrator {
  package static let key = "penalty"
  package static let summary = "a fixed amount for each unit of the covariate (0.001)"
  package static let options: [CalibratorOptions.Name] = [.coefficient]

  private let coefficient: Double

  /// By default 0.001 a unit, the paper's for a character.
  package init(_ options: CalibratorOptions) throws(TareError) {
    coefficient = options.coefficient ?? 0.001
    guard coefficient.isFinite else {
      throw .usage("coefficient is \(coefficient); accepted: a finite number")
    }
  }

  package var parameters: JSONObject { ["coefficient": .double(coefficient)] }

  package func curve(for table: CalibrationTable) throws(TareError) -> Curve {
    .line(slope: coefficient, intercept: 0)
  }
}
