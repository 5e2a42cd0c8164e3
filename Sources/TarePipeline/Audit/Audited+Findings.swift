/// What an audit found, in sentences.
internal import TareCalibration
internal import TareCore
internal import TareEvaluation
internal import TareReport

extension CorrectionAuditOutcome.Audited {
  /// On selection, on what moved elsewhere, and on labels.
  var findings: [String] {
    var sentences: [String] = []
    if let abstention { sentences.append("\(name) does not correct: \(abstention)") }
    sentences += notConverged.map { "\(name): warning: not converged: \($0)." }
    sentences += targetSelections.map(\.finding)
    if abstention == nil {
      if let moved = movedSelections { sentences.append(moved) }
      if let substituted = substitution?.finding { sentences.append(substituted) }
      if let labels = labelFinding { sentences.append(labels) }
    }
    return sentences
  }

  /// Covariates that the best of n follows more than before, though the calibration is not about them.
  private var movedSelections: String? {
    let moved = selections.compactMap { selection -> String? in
      guard !targets.contains(selection.covariate.name), let point = selection.decisive,
        point.calibrated.isSignificant, point.change.p < 0.05
      else { return nil }
      let (before, after) = (
        selection.standardized(point.raw), selection.standardized(point.calibrated)
      )
      guard abs(after) - abs(before) >= SelectionAudit.smallDifference else { return nil }
      return "\(selection.covariate.name) \(before.signed2) → \(after.signed2)"
    }
    guard !moved.isEmpty, let n = selections.compactMap(\.decisive).map(\.n).max() else {
      return nil
    }
    return """
      The best of \(n) follow other covariates more than before, in standard deviations: \
      \(moved.joined(separator: ", ")).
      """
  }

  private var labelFinding: String? {
    guard let labels, let point = labels.decisive else { return nil }
    if labelUse == .inSample {
      return "The labels chose this correction; what they say of its best of n is not tested."
    }
    let direction =
      point.change.p >= 0.05
      ? "does not differ significantly" : point.change.value > 0 ? "is better" : "is worse"
    let change = point.change.interval.map { " (95% interval \($0.signed3))" } ?? ""
    return """
      By the labels, the best of \(point.n) by calibrated scores \(direction): mean label \
      \(point.change.value.signed3) against raw scores\(change).
      """
  }
}

extension SelectionAudit {
  /// The verdict on a covariate that the calibration is about.
  var finding: String {
    let name = covariate.name
    guard let point = decisive else {
      return """
        \(name): selection cannot be judged: fewer than \(Self.leastPrompts) prompts have several \
        responses.
        """
    }
    let excess = standardized(point.calibrated).signed2
    let interval = point.calibrated.interval.map {
      let ends = $0.lowerBound / spread...$0.upperBound / spread
      return "95% interval \(ends.signed2); "
    }
    let numbers = """
      \(excess) standard deviations of \(name) against what is offered \
      (\(interval ?? "")raw scores \(standardized(point.raw).signed2))
      """
    let correlation = calibratedCorrelation.map { $0.signed2 } ?? "0"
    switch verdict {
    case .holds, .unknown:
      return "\(name): holds under selection. The best of \(point.n) have \(numbers)."
    case .onAverageOnly:
      return """
        \(name): flat on average, but not under selection. Within prompts the calibrated score no longer \
        follows \(name) (rank correlation \(correlation)), yet the best of \(point.n) have \(numbers).
        """
    case .remains:
      return """
        \(name): not removed. The rank correlation within prompts is \(correlation), and the best of \
        \(point.n) have \(numbers).
        """
    }
  }
}

extension SubstitutionAudit {
  /// "length −0.41 → +0.02, list_items +0.05 → +0.19: the correction is paid for elsewhere."
  var finding: String? {
    guard !cells.isEmpty else { return nil }
    let paid = cells.filter(\.isPaidFor)
    let targets = cells.filter(\.isTarget)
    let all = (targets + paid).map {
      "\($0.covariate.name) \($0.before.value.signed2) → \($0.after.value.signed2)"
    }.joined(separator: ", ")
    let start = all.isEmpty ? "" : "Partial rank correlation within prompts: \(all): "
    let worse = cells.filter(\.isWorse).map(\.covariate.name).joined(separator: ", ")
    var ends: [String] = []
    if !worse.isEmpty {
      ends.append("the correction makes \(worse) worse, which it should remove")
    }
    if !paid.isEmpty {
      ends.append("the correction is paid for elsewhere")
    } else {
      ends.append(
        (all.isEmpty ? "No" : "no")
          + " other covariate's association grew significantly by "
          + "\(Self.leastChange.fixed(2)) or more")
    }
    return start + ends.joined(separator: "; ") + "."
  }
}

extension Double {
  /// With two decimals and always a sign, but for 0.
  var signed2: String { signed(2) }
  var signed3: String { signed(3) }

  private func signed(_ digits: Int) -> String {
    let text = fixed(digits)
    return self > 0 && text.contains { $0 != "0" && $0 != "." } ? "+" + text : text
  }
}

extension ClosedRange<Double> {
  var signed2: String { "\(lowerBound.signed2) to \(upperBound.signed2)" }
  var signed3: String { "\(lowerBound.signed3) to \(upperBound.signed3)" }
}
