/// The length penalty: an amount for each unit of the covariate.
package import TareCore

/// The baseline of the paper: fixed beforehand, or tuned so that score and covariate no longer
/// correlate. A fixed one depends on the scale of the scores.
package struct PenaltyCalibrator: Calibrator {
  package static let key = "penalty"
  package static let summary = "a constant per unit of the covariate, fixed (0.001) or tuned"
  package static let options: [CalibratorOptions.Name] = [.coefficient]

  private let penalty: Penalty

  package init(_ options: CalibratorOptions) throws(TareError) { penalty = try Penalty(options) }

  package var parameters: JSONObject { penalty.parameters }

  package func find(in table: CalibrationTable) throws(TareError) -> FoundBias {
    let slope = try penalty.slope(in: table)
    return FoundBias(penalty.bias(slope), findings: ["slope": .double(slope)])
  }
}
