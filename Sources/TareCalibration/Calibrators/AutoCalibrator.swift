/// The default: diagnose, then correct only as far as the evidence goes.
package import TareCore
internal import TareNumerics

/// Takes off what the evidence says is bias, and leaves the scores as they are where it says nothing
/// or contradicts itself. `docs/calibration.md` has the rule and the evidence for its thresholds.
///
/// With labels: of the curve within prompts and the curve through all responses the one whose gamma
/// predicts held-out prompts better, and gamma 0 where neither helps. Without labels: only the
/// preference that `assume` calls bias, only if it shows within prompts, and only if the curve
/// through all responses does not show the opposite.
package struct AutoCalibrator: Calibrator {
  package static let key = "auto"
  package static let summary =
    "corrects only as far as labels or scores support it, and says why (default)"
  package static let options: [CalibratorOptions.Name] = [
    .assume, .frac, .it, .delta, .degree, .rules,
  ]
  package static let allowsGamma = false
  package static let hasFolds = true

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
    let labelled = LabelledPairs.promptCount(table)
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
    func abstained(_ reason: String) -> FoundBias {
      findings["decision"] = "abstain"
      findings["reason"] = .string(reason)
      return abstaining(findings)
    }
    let name = table.covariates[covariate].name
    let values = bias.values(for: table)
    guard values.contains(where: { $0 != values[0] }) else {
      return abstained(
        "The curve is flat: most responses do not follow \(name), and the few that do are outliers to it."
      )
    }
    let gamma = mostGamma(table, bias, diagnosis)
    guard gamma > 0 else {
      return abstained(
        "Many scores are equal: to take off any share of the bias would order them by "
          + "\(name) and turn the preference round.")
    }
    if let failure = SelectionFailure(table, bias, gamma) {
      return abstaining(verdict.findings.abstaining(failure))
    }
    findings["gamma_reaches_no_correlation"] = .bool(gamma < 1)
    return FoundBias(bias, gamma: gamma, findings: findings)
  }

  /// As much of the bias as turns no preference round: 1, or the gamma at which the rank correlation
  /// within prompts, or over all responses where that was sure, reaches 0; 0 where that turns round at once.
  private func mostGamma(
    _ table: CalibrationTable, _ bias: Bias, _ diagnosis: Diagnosis
  ) -> Double {
    let values = bias.values(for: table)
    let column = table.columns[0]
    var places: [Decorrelation.Place] = []
    if let prompts = table.prompts {
      places.append(
        Decorrelation.place(table.scores, values) {
          Association(within: prompts, of: $0, on: column)?.rankCorrelation ?? 0
        })
    }
    if diagnosis.intervals?.pooled.rankCorrelation?.contains(0) == false {
      places.append(Decorrelation.place(table.scores, values, column))
    }
    return places.reduce(1.0) { least, place in
      switch place {
      case .nowhere: least
      case .atOnce: 0
      case .at(let gamma): min(least, gamma)
      }
    }
  }

  private func findWithLabels(_ table: CalibrationTable) throws(TareError) -> FoundBias? {
    // A fit without one fold may be what is taken off there in the end; one without two only chooses.
    let isShared = table.sharedFits != nil && table.leftOut.isEmpty
    let bare = table.sharedFits == nil ? table.ofNumbersAlone.sharingFits() : table.ofNumbersAlone
    let biases = try outOfFoldCurves(bare, standardErrors: isShared)
    let (ordered, rows) = table.canonical()
    guard let labelled = LabelledScores(ordered) else { return nil }
    let choices = ParallelParts.map(threads: 2, count: biases.count) { method in
      func differences() -> [Double] {
        let values = biases[method].values(for: bare)
        return labelled.pairs.differences(rows.map { values.taking($0) } ?? values)
      }
      return GammaChoice(labelled, differences: differences())
    }
    let verdict = Verdict([("within-prompt", choices[0]), ("lowess", choices[1])])
    guard let method = verdict.method, let gamma = verdict.gamma else {
      return abstaining(verdict.findings)
    }
    var found =
      try method == "lowess" ? pooled.findOnce(in: bare) : within.findOnce(in: bare)
    found.gamma = gamma
    for (name, value) in verdict.findings.members { found.findings[name] = value }
    return found
  }

  /// Within prompts and over all responses, each from fits to the prompts of other folds.
  ///
  /// - Parameter table: one that shares its fits. The fit to all of it is made beside the others, as
  ///   most often that one is wanted in the end.
  private func outOfFoldCurves(
    _ table: CalibrationTable, standardErrors: Bool
  ) throws(TareError) -> [Bias] {
    let folds = Folds(of: table, count: Folds.usual)
    let shared = table.sharedFits(of: folds)
    let found = try ParallelParts.map(threads: 2, count: folds.count + 1) {
      (part) throws(TareError) -> (Bias, Bias)? in
      guard part > 0 else {
        _ = try within.findOnce(in: table)
        return nil
      }
      var rest = TableWithoutFolds([part - 1], of: folds, table, shared)
      // Without a fold that the table has not it is the fit to all, which has them.
      let withErrors = standardErrors || table.leftOut.contains(part - 1)
      return (
        try rest.found(by: within, standardErrors: withErrors).taken,
        try rest.found(by: pooled, standardErrors: withErrors).taken
      )
    }.compactMap(\.self)
    return [
      Bias(ofFolds: found.map(\.0), of: table), Bias(ofFolds: found.map(\.1), of: table),
    ]
  }

  package func prepareFolds(_ folds: Folds, of table: CalibrationTable) {
    guard folds.count == Folds.usual,
      LabelledPairs.promptCount(table) >= GammaChoice.leastPrompts
    else { return }
    let bare = table.ofNumbersAlone
    let shared = bare.sharedFits(of: folds)
    let pairs = (0..<folds.count).flatMap { first in
      (first + 1..<folds.count).map { Set([first, $0]) }
    }
    ParallelParts.run(threads: 2, count: pairs.count) { pair in
      var rest = TableWithoutFolds(pairs[pair], of: folds, bare, shared)
      // What fails is kept too, and thrown where the fit is asked for.
      _ = try? rest.found(by: within, standardErrors: false)
      _ = try? rest.found(by: pooled, standardErrors: false)
    }
  }

  private func abstaining(_ findings: JSONObject) -> FoundBias {
    FoundBias(.curve(.line(slope: 0, intercept: 0), covariate: 0), gamma: 0, findings: findings)
  }
}
