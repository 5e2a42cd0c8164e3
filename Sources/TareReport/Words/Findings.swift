/// What the numbers say, in sentences.
package import TareEvaluation

extension Comparison {
  /// "Calibration changes 12 of 240 pairs: 7 gained, 5 lost, exact McNemar p = 0.77."
  package var pairedTest: String {
    let pairs = differences.overall
    let changed = pairs.gained + pairs.lost
    guard changed > 0 else {
      return pairs.n == 1
        ? "Calibration does not change the one pair."
        : "Calibration changes none of the \(pairs.n.text) pairs."
    }
    return """
      Calibration changes \(changed.text) of \(pairs.n.counted("pair")): \(pairs.gained.text) \
      gained, \(pairs.lost.text) lost, exact McNemar \(pValueText(pairs.p)).
      """
  }

  /// "Overall accuracy goes from 72.9% to 73.8%: +0.8 points, 95% interval −1.2 to +2.9."
  package var overallChange: String {
    let overall = differences.overall
    guard overall.gained + overall.lost > 0 else {
      return "Overall accuracy stays at \(overall.a.percent)%."
    }
    guard overall.value.signedPercent != "0.0" else {
      return """
        Overall accuracy stays at \(overall.a.percent)%, 95% interval of the change \
        \(overall.interval.signedPercent).
        """
    }
    return """
      Overall accuracy goes from \(overall.a.percent)% to \(overall.b.percent)%: \
      \(overall.value.signedPercent) points, 95% interval \(overall.interval.signedPercent).
      """
  }

  /// Whether the change of the overall accuracy may be chance. More than that is said only where
  /// interval and paired test agree, since the bootstrap is too sure of few pairs.
  package var verdict: String {
    let overall = differences.overall
    if overall.gained + overall.lost == 0 { return "It changes no pair here." }
    if overall.interval.contains(0) { return "The interval includes 0: the change may be chance." }
    guard overall.p < 0.05, (overall.gained > overall.lost) == (overall.value > 0) else {
      return "The paired test does not confirm it: the change may be chance."
    }
    return overall.value > 0 ? "An improvement beyond chance." : "A loss beyond chance."
  }
}

extension Evaluation {
  /// "Of 240 pairs, 3 have equal scores and count as wrong."; nil without ties.
  package var tieNote: String? {
    let overall = accuracies.overall
    guard overall.ties > 0 else { return nil }
    let have = overall.ties == 1 ? "has equal scores and counts" : "have equal scores and count"
    return "Of \(overall.n.counted("pair")), \(overall.ties.text) \(have) as wrong."
  }

  /// The accuracy where this relation holds; nil where no pair has it.
  func accuracy(where relation: LengthRelation) -> Accuracy? {
    byLength.first { $0.relation == relation }?.accuracy
  }
}

extension LengthRelation {
  package var title: String {
    switch self {
    case .chosenLonger: "better answer longer"
    case .chosenShorter: "better answer shorter"
    case .alike: "alike (within 10%)"
    }
  }
}
