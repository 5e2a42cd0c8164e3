/// RC-LWR, the published method: a LOWESS curve of the score on the covariate is the bias.
package import TareCore

/// One curve through all responses, whatever their prompts (Huang et al., "Post-hoc Reward
/// Calibration", ICLR 2025). It assumes that quality does not depend on the covariate: where it
/// does, the curve holds quality too and takes it off. `Diagnosis` shows when to doubt it.
package struct LowessCalibrator: Calibrator {
  package static let key = "lowess"
  package static let summary = "a LOWESS curve of score on covariate over all responses (RC-LWR)"
  package static let options: [CalibratorOptions.Name] = [.frac, .it, .delta]

  private let lowess: Lowess

  /// By default `frac` is 0.9, the paper's for RewardBench (its scripts have 0.3 to 1 elsewhere),
  /// `it` 3 and `delta` 0, as the paper calls statsmodels.
  package init(_ options: CalibratorOptions) throws(TareError) {
    lowess = try Lowess(
      frac: options.frac ?? 0.9, it: options.it ?? 3, delta: options.delta ?? 0)
  }

  package var parameters: JSONObject {
    ["frac": .double(lowess.frac), "it": .int(lowess.it), "delta": .double(lowess.delta ?? 0)]
  }

  package func curve(for table: CalibrationTable) throws(TareError) -> Curve {
    let fit = try lowess.fit(x: table.values, y: table.scores)
    return .knots(x: fit.knotX, bias: fit.knotY)
  }
}
