/// RC-LWR, the published method: a LOWESS curve of the score on the covariate is the bias.
package import TareCore
internal import TareNumerics

/// One curve through all responses, whatever their prompts (Huang et al., "Post-hoc Reward
/// Calibration", ICLR 2025). It assumes that quality does not depend on the covariate: where it
/// does, the curve holds quality too and takes it off. `Diagnosis` shows when to doubt it.
///
/// As published the whole curve is taken off, its level too: calibrated scores lie around 0.
package struct LowessCalibrator: Calibrator {
  package static let key = "lowess"
  package static let summary = "a LOWESS curve of score on covariate over all responses (RC-LWR)"
  package static let options: [CalibratorOptions.Name] = [.frac, .it, .delta, .degree, .rules]

  private let lowess: Lowess
  private let scale: Scale

  /// By default `frac` is 0.9, the paper's for RewardBench (its scripts have 0.3 to 1 elsewhere),
  /// `it` 3 and `delta` 0, as the paper calls statsmodels.
  package init(_ options: CalibratorOptions) throws(TareError) {
    lowess = try options.lowess(frac: 0.9)
    scale = options.scale
  }

  package var parameters: JSONObject { lowess.parameters(scale) }

  package var rowOrder: RowOrder { lowess.rules == .tare ? .irrelevant : .asGiven }

  package func find(in table: CalibrationTable) throws(TareError) -> FoundBias {
    FoundBias(.curve(try lowess.curve(of: table.scores, over: 0, of: table, scale), covariate: 0))
  }

  package func findWithoutErrors(in table: CalibrationTable) throws(TareError) -> FoundBias {
    let curve = try lowess.curve(
      of: table.scores, over: 0, of: table, scale, standardErrors: false)
    return FoundBias(.curve(curve, covariate: 0))
  }
}
