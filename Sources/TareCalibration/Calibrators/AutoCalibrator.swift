/// The default: diagnose, then correct only as far as the evidence goes.
package import TareCore

/// Takes off what the evidence says is bias, and leaves the scores as they are where it says nothing
/// or contradicts itself. `docs/calibration.md` has the rule and the evidence for its thresholds.
///
/// With labels: of the curve within prompts and the curve through all responses the one whose gamma
/// predicts held-out prompts better, and gamma 0 where neither helps. Without labels: only the
/// preference that `assume` calls bias, only if it shows within prompts, and only if the curve
/// through all responses does not show the opposite.
package struct AutoCalibrator: Calibrator {
  package static let key = "auto"
  package static let summary = "corrects as far as the evidence goes, and says why (the default)"
  package static let options: [CalibratorOptions.Name] = [
    .assume, .frac, .it, .delta, .degree, .rules,
  ]
  package static let allowsGamma = false

  private let within: WithinPromptCalibrator
  private let pooled: LowessCalibrator
  private let assumption: CalibratorOptions.Assumption

  package init(_ options: CalibratorOptions) throws(TareError) {
    within = try WithinPromptCalibrator(options)
    pooled = try LowessCalibrator(options)
    assumption = options.assume ?? .more
  }

  package var parameters: JSONObject {
    [
      "assume": .string(assumption.rawValue), "within_prompt": .object(within.parameters),
      "lowess": .object(pooled.parameters),
    ]
  }

  package var rowOrder: RowOrder { pooled.rowOrder == .asGiven ? .asGiven : .canonical }

  package func find(in table: CalibrationTable) throws(TareError) -> FoundBias {
    let labelled = LabelledPairs(table)?.prompts ?? 0
    if labelled >= GammaChoice.leastPrompts, let found = try findWithLabels(table) { return found }
    let diagnosis = Diagnosis(of: table, thorough: true)
    let verdict = Verdict(diagnosis, assumption, labelledPrompts: labelled)
    guard let direction = verdict.direction else {
      return abstaining(verdict.findings)
    }
    let found = try within.find(in: table)
    guard case .curve(let curve, let covariate) = found.bias else { return found }
    var findings = verdict.findings
    for (name, value) in found.findings.members { findings[name] = value }
    let bias = Bias.curve(
      curve.made(direction, for: table.columns[covariate]), covariate: covariate)
    let gamma = mostGamma(table, bias, diagnosis)
    findings["gamma_reaches_no_correlation"] = .bool(gamma < 1)
    return FoundBias(bias, gamma: gamma, findings: findings)
  }

  /// As much of the bias as turns no preference round: 1, or the gamma at which the rank correlation
  /// within prompts, or over all responses where that was sure, reaches 0.
  private func mostGamma(
    _ table: CalibrationTable, _ bias: Bias, _ diagnosis: Diagnosis
  ) -> Double {
    let values = bias.values(for: table)
    let column = table.columns[0]
    var gammas = [1.0]
    if let prompts = table.prompts {
      gammas.append(
        Decorrelation.gamma(table.scores, values) {
          Association(within: prompts, of: $0, on: column)?.rankCorrelation ?? 0
        })
    }
    if diagnosis.intervals?.pooled.rankCorrelation?.contains(0) == false {
      gammas.append(Decorrelation.gamma(table.scores, values, column))
    }
    return gammas.filter { $0 > 0 }.min() ?? 1
  }

  private func findWithLabels(_ table: CalibrationTable) throws(TareError) -> FoundBias? {
    // Before the pairs are, which are as large as the table.
    let plain = try table.forBiasesAlone()
    let biases = [
      ("within-prompt", try within.outOfFoldBiases(plain)),
      ("lowess", try pooled.outOfFoldBiases(plain)),
    ]
    guard let verdict = try verdict(table, biases) else { return nil }
    guard let method = verdict.method, let gamma = verdict.gamma else {
      return abstaining(verdict.findings)
    }
    var found =
      try method == "lowess" ? pooled.findOnce(in: table) : within.findOnce(in: table)
    found.gamma = gamma
    for (name, value) in verdict.findings.members { found.findings[name] = value }
    return found
  }

  /// - Parameter biases: the methods', from fits to the prompts of other folds, [row].
  /// - Returns: nil without labels.
  private func verdict(
    _ table: CalibrationTable, _ biases: [(method: String, values: [Double])]
  ) throws(TareError) -> Verdict? {
    let (ordered, rows) = try table.canonical()
    guard let labelled = LabelledScores(ordered) else { return nil }
    return Verdict(
      biases.map { method, values in
        let isOrdered = table.isCanonical
        return (
          method,
          GammaChoice(labelled, biases: isOrdered ? values : rows.map { values[$0] })
        )
      })
  }

  private func abstaining(_ findings: JSONObject) -> FoundBias {
    FoundBias(.curve(.line(slope: 0, intercept: 0), covariate: 0), gamma: 0, findings: findings)
  }
}
