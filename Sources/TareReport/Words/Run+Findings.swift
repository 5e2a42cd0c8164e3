/// What a report says of a run, the most important first.
internal import Foundation
internal import TareEvaluation

extension Report.Run {
  package var findings: [String] {
    let sentences = [
      accuracyFinding, raw?.lengthFinding, fitFinding, calibrationFinding, raw?.tieNote,
    ].compactMap { $0 }
    return sentences.isEmpty
      ? ["There are no labelled pairs and no fitted curve, so nothing can be said."] : sentences
  }

  private var accuracyFinding: String? {
    guard let overall = raw?.accuracies.overall else { return nil }
    let rule = overall.rule.map { "; \($0)" } ?? ""
    return """
      The raw scores reach an overall accuracy of \(overall.value.percent)%, 95% interval \
      \(overall.interval.percent), on \(overall.n.counted("pair"))\(rule).
      """
  }

  /// How much the fitted score changes over the middle of the lengths.
  private var fitFinding: String? {
    let lengths = responses.map(\.length).filter(\.isFinite).sorted()
    let scores = responses.map(\.score).filter(\.isFinite)
    guard lengths.count > 1, scores.count > 1 else { return nil }
    let short = lengths[lengths.count / 10]
    let long = lengths[lengths.count - 1 - lengths.count / 10]
    guard short < long, let low = fit.interpolated(at: short), let high = fit.interpolated(at: long)
    else { return nil }
    let mean = scores.reduce(0, +) / Double(scores.count)
    let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count - 1)
    guard variance > 0, high != low else { return nil }
    let share = abs(high - low) / variance.squareRoot()
    return """
      From \(short.fixed(0)) to \(long.fixed(0)) characters (the middle 80% of the responses) the \
      fitted score \(high < low ? "falls" : "rises") by \(abs(high - low).significant(2)), \
      \(share.fixed(2)) standard deviations of the scores.
      """
  }

  private var calibrationFinding: String? {
    guard let comparison else {
      return raw == nil ? nil : "No calibrated scores were given to compare with."
    }
    return "\(comparison.overallChange) \(comparison.verdict) \(comparison.pairedTest)"
  }
}

extension Evaluation {
  /// Whether the scores go with length where quality does not.
  var lengthFinding: String? {
    guard let longer = accuracy(where: .chosenLonger), let shorter = accuracy(where: .chosenShorter)
    else { return nil }
    let facts = """
      Where the better answer is the longer one, \(longer.value.percent)% of \
      \(longer.n.counted("pair")) are right; where it is the shorter one, \
      \(shorter.value.percent)% of \(shorter.n.text)
      """
    if longer.interval.lowerBound > shorter.interval.upperBound {
      return facts + "; this is what a preference for long answers looks like."
    }
    if longer.interval.upperBound < shorter.interval.lowerBound {
      return facts + "; this is what a preference for short answers looks like."
    }
    return facts + "; the intervals overlap, so a preference for length is not shown."
  }
}

extension Int {
  /// "1 pair", "2 pairs".
  func counted(_ noun: String) -> String { "\(text) \(noun)\(self == 1 ? "" : "s")" }
}
