/// What a report says of a run, the most important first.
internal import TareEvaluation

/// A sentence or some, under the question that they answer.
package struct Finding: Sendable, Hashable {
  package let topic: String
  package let text: String
}

extension Report.Run {
  /// How good, how length-biased, whether to calibrate and what that changes, how sure.
  package var findings: [Finding] {
    [
      Finding("Accuracy", [accuracyFinding, raw?.tieNote]),
      Finding("Length", [correlationFinding, raw?.lengthFinding, curveFinding]),
      Finding("Calibrate?", [adviceFinding]),
      Finding("Effect", [calibration?.text, changeFinding]),
      Finding("Confidence", [raw?.probabilities?.sentence]),
    ].compactMap(\.self)
  }

  private var accuracyFinding: String? {
    guard let overall = raw?.accuracies.overall, let raw else { return nil }
    let rule = overall.rule.map { "; \($0)" } ?? ""
    return """
      The raw scores have an overall \(raw.measure) of \(overall.value.percent)%, 95% interval \
      \(overall.interval.percent), on \(overall.n.counted(raw.trial))\(rule).\
      \(raw.warning.map { " \($0.prefix(1).uppercased() + $0.dropFirst())." } ?? "")
      """
  }

  private var correlationFinding: String? {
    guard let before else { return nil }
    func words(_ correlation: LengthCurve.Correlation) -> String {
      let interval = correlation.interval.map { " (95% \($0.signed))" } ?? ""
      return "\(correlation.value.signed)\(interval)"
    }
    if let within = before.withinPrompt {
      let direction =
        within.interval?.contains(0) == true
        ? "the score does not depend significantly on length"
        : within.value > 0 ? "longer responses score higher" : "shorter responses score higher"
      let pooled = before.pooled.map { ", over all responses \(words($0))" } ?? ""
      return """
        Within prompts \(direction): rank correlation \(words(within))\(pooled).
        """
    }
    return before.pooled.map {
      "Over all responses, score and length have a rank correlation of \(words($0))."
    }
  }

  /// How much the fitted score changes over the middle of the lengths.
  private var curveFinding: String? {
    let lengths = responses.lengths.filter(\.isFinite).sorted()
    let scores = responses.scores.filter(\.isFinite)
    let curve = before?.places.map { PlotPoint(x: $0.length, y: $0.score) } ?? []
    guard lengths.count > 1, scores.count > 1 else { return nil }
    let short = lengths[lengths.count / 10]
    let long = lengths[lengths.count - 1 - lengths.count / 10]
    guard short < long, let low = curve.interpolated(at: short),
      let high = curve.interpolated(at: long)
    else { return nil }
    let mean = scores.reduce(0, +) / Double(scores.count)
    let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count - 1)
    guard variance > 0, high != low else { return nil }
    let share = abs(high - low) / variance.squareRoot()
    return """
      From length \(short.fixed(0)) to \(long.fixed(0)) (the middle 80% of the responses) the fitted \
      score \(high < low ? "falls" : "rises") by \(abs(high - low).significant(2)), \
      \(share.fixed(2)) standard deviations of the scores.
      """
  }

  /// One story: what the evidence says, and why what is shown differs from it where it does.
  private var adviceFinding: String? {
    guard let advice else { return nil }
    let answer = advice.corrects ? "Yes. " : advice.isByLabels ? "Not by the labels. " : "No. "
    return [answer + advice.reason, difference(from: advice)].compactMap(\.self)
      .joined(separator: " ")
  }

  private func difference(from advice: Advice) -> String? {
    guard let calibration, calibration.corrects, comparison != nil || after != nil else {
      return nil
    }
    switch (calibration.labels, advice.isByLabels, advice.corrects) {
    case (.unused, true, false):
      return """
        The calibration shown corrects nonetheless: it was fitted to the scores only, without the \
        labels, and assumes that what it removes is bias and not quality.
        """
    case (.unused, true, true):
      return "The calibration shown is a different one, fitted without the labels."
    case (.unused, false, false), (.otherData, _, false):
      return "The calibration shown corrects nonetheless, as requested."
    case (.unknown, _, _):
      return "The calibration shown is the source's own; its basis is unknown."
    case (.inSample, _, false), (.heldOut, _, false):
      return "The calibration shown was chosen by name and uses the labels differently."
    default:
      return nil
    }
  }

  private var changeFinding: String? {
    guard let comparison else {
      return raw == nil || calibration != nil
        ? nil : "There are no calibrated scores to compare with."
    }
    return "\(comparison.overallChange) \(comparison.verdict) \(comparison.pairedTest)"
  }
}

extension Finding {
  /// Nil where nothing can be said.
  init?(_ topic: String, _ sentences: [String?]) {
    let said = sentences.compactMap(\.self)
    guard !said.isEmpty else { return nil }
    self.init(topic: topic, text: said.joined(separator: " "))
  }
}

extension Evaluation {
  /// Whether the scores go with length where quality does not.
  var lengthFinding: String? {
    guard let longer = accuracy(where: .chosenLonger), let shorter = accuracy(where: .chosenShorter)
    else { return nil }
    let facts = """
      If the better answer is longer, \(longer.value.percent)% of \
      \(longer.n.counted("pair")) are right; if it is shorter, \
      \(shorter.value.percent)% of \(shorter.n.text)
      """
    if longer.interval.lowerBound > shorter.interval.upperBound {
      return facts + "; this indicates a preference for long answers."
    }
    if longer.interval.upperBound < shorter.interval.lowerBound {
      return facts + "; this indicates a preference for short answers."
    }
    return facts + "; the intervals overlap, so there is no evidence of a length preference."
  }
}

extension Int {
  /// "1 pair", "2 pairs".
  func counted(_ noun: String) -> String { "\(text) \(noun)\(self == 1 ? "" : "s")" }
}

extension Double {
  /// A correlation: two decimals and its sign.
  var signed: String { (self > 0 ? "+" : "") + fixed(2) }
}

extension ClosedRange<Double> {
  /// "+0.45 to +0.60".
  var signed: String { "\(lowerBound.signed) to \(upperBound.signed)" }
}
