/// The bias within prompts: each prompt's own level and one curve, estimated together.
package import TareCore
internal import TareNumerics

/// A curve through all responses sees also what prompts of different kinds differ in; here only the
/// differences between the responses to one prompt speak (fixed effects). The mean of the scores
/// stays what it was.
package struct WithinPromptCalibrator: Calibrator {
  package static let key = "within-prompt"
  package static let summary = "one curve fitted to differences within prompts (fixed effects)"
  package static let options: [CalibratorOptions.Name] = [.frac, .it, .delta, .degree, .rules]

  private let lowess: Lowess
  private let scale: Scale

  /// `frac` is 2/3, LOWESS's own default: a curve that is centred in each prompt has less to follow
  /// at its ends than the pooled one.
  package init(_ options: CalibratorOptions) throws(TareError) {
    lowess = try options.lowess(frac: 2.0 / 3)
    scale = options.scale
  }

  package var parameters: JSONObject { lowess.parameters(scale) }

  package var rowOrder: RowOrder { lowess.rules.rowOrder }

  package func find(in table: CalibrationTable) throws(TareError) -> FoundBias {
    try find(in: table, standardErrors: true)
  }

  package func findWithoutErrors(in table: CalibrationTable) throws(TareError) -> FoundBias {
    try find(in: table, standardErrors: false)
  }

  private func find(
    in table: CalibrationTable, standardErrors: Bool
  ) throws(TareError) -> FoundBias {
    guard let prompts = table.prompts, prompts.count < table.count else {
      throw .badData(
        place: "column of prompts", found: "no prompt with two responses",
        accepted: "prompts with several responses (method within-prompt)")
    }
    let fit = try Backfitting(
      scores: table.scores, columns: [try table.column(0, on: scale)], prompts: prompts,
      lowess: lowess, it: lowess.it, standardErrors: standardErrors)
    return FoundBias(
      .curve(fit.terms[0].curve(over: table.columns[0], scale), covariate: 0),
      findings: fit.findings)
  }
}
