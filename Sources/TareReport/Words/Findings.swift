/// What the numbers say, in sentences.
package import TareEvaluation

extension Comparison {
  /// "Calibration changes 12 of 240 pairs: 7 gained, 5 lost, exact McNemar p = 0.77."
  package var pairedTest: String {
    let trials = differences.overall
    let changed = trials.gained + trials.lost
    guard changed > 0 else {
      return trials.n == 1
        ? "Calibration does not change the only \(trial)."
        : "Calibration changes none of the \(trials.n.counted(trial))."
    }
    let start = """
      Calibration changes \(changed.text) of \(trials.n.counted(trial)): \(trials.gained.text) \
      gained, \(trials.lost.text) lost
      """
    return trials.isTested
      ? "\(start), \(trials.test.title) \(pValueText(trials.p))." : "\(start)."
  }

  /// "Overall accuracy goes from 72.9% to 73.8%: +0.8 points, 95% interval −1.2 to +2.9."
  package var overallChange: String {
    let overall = differences.overall
    guard overall.gained + overall.lost > 0 else {
      return "Overall \(measure) stays at \(overall.a.percent)%."
    }
    guard overall.value.signedPercent != "0.0" else {
      return """
        Overall \(measure) stays at \(overall.a.percent)%, 95% interval of the change \
        \(overall.interval.signedPercent).
        """
    }
    return """
      Overall \(measure) goes from \(overall.a.percent)% to \(overall.b.percent)%: \
      \(overall.value.signedPercent) points, 95% interval \(overall.interval.signedPercent).
      """
  }

  /// Whether the change of the overall accuracy may be chance. More than that is said only where
  /// interval and paired test agree, since the bootstrap is too sure of few pairs.
  package var verdict: String {
    let overall = differences.overall
    if overall.gained + overall.lost == 0 { return "It changes no \(trial) here." }
    if labelUse == .inSample {
      return """
        In-sample: the labels that measure this change also chose the correction, so the change is too \
        favourable by an unknown amount and is not tested.
        """
    }
    guard labelUse == .unknown else { return plainVerdict }
    return """
      Not tested: the scores were calibrated elsewhere, possibly by these labels. If so, the change is \
      too favourable by an unknown amount.
      """
  }

  private var plainVerdict: String {
    let overall = differences.overall
    if overall.interval.contains(0) {
      return "The interval includes 0: the change is not significant."
    }
    guard overall.p < 0.05, (overall.gained > overall.lost) == (overall.value > 0) else {
      return "The paired test does not confirm it: the change is not significant."
    }
    return overall.value > 0 ? "A significant improvement." : "A significant loss."
  }
}

extension Comparison {
  /// Whether one model (b) is better than another (a): said only where interval and test agree.
  package func verdict(of second: String, against first: String) -> String {
    let overall = differences.overall
    guard overall.gained + overall.lost > 0 else {
      return "\(second) and \(first) agree on every \(trial)."
    }
    guard !overall.interval.contains(0), overall.p < 0.05 else {
      return "\(second) and \(first) do not differ significantly."
    }
    return overall.value > 0
      ? "\(second) is significantly better than \(first)."
      : "\(second) is significantly worse than \(first)."
  }

  /// "Left out: 12 prompts only in a, 1 prompt with other responses or labels."; nil where nothing is.
  package func leftOutText(_ second: String, against first: String) -> String? {
    guard !leftOut.isEmpty else { return nil }
    let parts = [
      (leftOut.b, "only in \(second)"), (leftOut.a, "only in \(first)"),
      (leftOut.different, "with different responses or labels"),
    ].filter { $0.0 > 0 }.map { "\($0.0.counted("prompt")) \($0.1)" }
    return "Compared on the prompts that both have. Left out: \(parts.joined(separator: ", "))."
  }
}

extension Evaluation {
  /// "Of 240 pairs, 3 have equal scores and count as wrong."; nil without ties.
  package var tieNote: String? {
    let overall = accuracies.overall
    guard overall.ties > 0 else { return nil }
    guard trial == "pair" else {
      return
        "Scores that should differ are equal in \(overall.ties.text) of \(overall.n.counted(trial))."
    }
    let have = overall.ties == 1 ? "has equal scores and counts" : "have equal scores and count"
    return "Of \(overall.n.counted("pair")), \(overall.ties.text) \(have) as wrong."
  }

  /// The accuracy where this relation holds; nil where no pair has it.
  func accuracy(where relation: LengthRelation) -> Accuracy? {
    byLength.first { $0.relation == relation }?.accuracy
  }
}

extension Double {
  /// Three decimals where that is short.
  fileprivate var shortText: String { self < 1e4 ? fixed(3) : significant(3) }
}

extension BradleyTerryProbabilities {
  /// "As probabilities σ(difference / T): T = 1.32 (1.20 to 1.45) fits best, …"
  package var sentence: String {
    let start = "As probabilities σ(difference of scores / T): "
    let now =
      "ECE \((100 * asIs.ece).fixed(1)) points and log loss \(asIs.logLoss.shortText) at T = 1"
    switch fit {
    case .separable: return start + now + "; every pair is right, so T cannot be fitted."
    case .uninformative:
      return start + now
        + "; higher scores do not predict the chosen response, so T cannot be fitted."
    case .temperature(let value, let interval):
      let fitted = fitted ?? asIs
      return start + """
        \(now); T = \(value.significant(3)) (95% interval \(interval.lowerBound.significant(3)) to \
        \(interval.upperBound.significant(3))) fits best: ECE \((100 * fitted.ece).fixed(1)), log loss \
        \(fitted.logLoss.shortText).
        """
    }
  }
}

extension Difference.Test {
  package var title: String {
    switch self {
    case .mcNemar: "exact McNemar"
    case .permutation: "paired permutation test,"
    case .delong: "DeLong's test,"
    }
  }
}

extension LengthRelation {
  package var title: String {
    switch self {
    case .chosenLonger: "better answer longer"
    case .chosenShorter: "better answer shorter"
    case .alike: "similar (within 10%)"
    }
  }
}
