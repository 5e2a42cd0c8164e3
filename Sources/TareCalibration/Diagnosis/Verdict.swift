/// Whether to correct, why, and in which words: the rule of the method `auto`.
package import TareCore

/// A decision with its reason. `docs/calibration.md` states the rule.
package struct Verdict: Sendable, Hashable {
  package enum Basis: String, Sendable { case labels, scores }

  package let basis: Basis
  package let corrects: Bool
  /// A sentence or two.
  package let reason: String
  /// Which way the curve within prompts may go; nil where nothing is corrected, or by labels.
  package private(set) var direction: CalibratorOptions.Direction?
  /// By labels: the calibrator whose curve is taken off, and how much of it.
  package private(set) var method: String?
  package private(set) var gamma: Double?
  private var details: JSONObject = [:]

  /// Prompts with several responses that a correction needs. With fewer the bootstrap's interval is
  /// too narrow: on pure noise 25% of tables of 2 prompts were corrected, 13% of 3, 7% of 4, and 4 to
  /// 6% of 8 and more.
  static let leastPrompts = 20

  /// By labels.
  ///
  /// - Parameter choices: each method with the gamma that the labels choose for it.
  init(_ choices: [(method: String, choice: GammaChoice)]) {
    basis = .labels
    let best = choices.filter { $0.choice.gamma > 0 }.max { $0.choice.gain < $1.choice.gain }
    corrects = best != nil
    method = best?.method
    // Labels may ask for more than the whole bias: where the better answers are the shorter ones for a
    // reason of their own, as on math-prm. That is no bias of the score.
    gamma = best.map { min(1, $0.choice.gamma) }
    if let best {
      reason = """
        The labels support it: subtracting \(min(1, best.choice.gamma).rounded(to: 2)) of the \
        \(best.method) curve improves the predictions on held-out prompts (log loss per prompt lower \
        by \(best.choice.gain.rounded(to: 4)) ± \(best.choice.gainError.rounded(to: 4))).
        """
    } else {
      let prompts = choices.first?.choice.prompts ?? 0
      reason = """
        The labels do not support a correction: on held-out prompts, no correction predicts the \
        better response significantly better than the raw scores do (\(prompts) labelled prompts).
        """
    }
    for (method, choice) in choices { details[method] = choice.json }
  }

  /// From the scores alone.
  ///
  /// - Parameter labelledPrompts: too few to decide by, if any.
  init(
    _ diagnosis: Diagnosis, _ assumption: CalibratorOptions.Assumption, labelledPrompts: Int
  ) {
    basis = .scores
    details["assume"] = .string(assumption.rawValue)
    let name = diagnosis.covariate.name
    let isEnough = diagnosis.comparedPrompts >= Verdict.leastPrompts
    let within = isEnough ? diagnosis.intervals?.withinPrompt.rankCorrelation?.sign : nil
    let pooled = diagnosis.intervals?.pooled.rankCorrelation?.sign
    switch (within, pooled) {
    case (nil, _):
      (corrects, direction) = (false, nil)
      reason = """
        The effect within prompts cannot be estimated: too few prompts have responses that differ in \
        \(name) (\(diagnosis.comparedPrompts) prompts have several responses; at least \
        \(Verdict.leastPrompts) are needed).
        """
    case (.undecided, _):
      (corrects, direction) = (false, nil)
      reason = """
        Within prompts the score does not depend significantly on \(name): the confidence interval of \
        the rank correlation contains 0.
        """
    case (.some(let within), _) where assumption.forbids(within):
      (corrects, direction) = (false, nil)
      reason = """
        Within prompts, the score \(within == .more ? "increases" : "decreases") with \(name). That is \
        treated as quality: without labels, bias and quality cannot be distinguished, and only a \
        preference for \(assumption.rawValue) is assumed to be bias.
        """
    case (.some(let within), .some(let pooled)) where pooled != .undecided && within != pooled:
      (corrects, direction) = (false, nil)
      reason = """
        The evidence is contradictory: the score \(within == .more ? "increases" : "decreases") with \
        \(name) within prompts, but \(pooled == .more ? "increases" : "decreases") with it over all \
        responses.
        """
    case (.some(let within), _):
      corrects = true
      direction = within == .more ? .increasing : .decreasing
      reason = """
        Within prompts, the score \(within == .more ? "increases" : "decreases") with \(name), and \
        the correlation over all responses does not contradict this. It is treated as bias, assuming \
        that \(assumption == .any ? "more or less" : assumption.rawValue) \(name) is not better. \
        \(labelledPrompts == 0
        ? "No labels were used to test this."
        : "\(labelledPrompts) labelled prompts are too few to test this.")
        """
    }
  }

  package var findings: JSONObject {
    var object: JSONObject = [
      "decision": .string(corrects ? "correct" : "abstain"), "basis": .string(basis.rawValue),
      "reason": .string(reason),
    ]
    if let method { object["curve"] = .string(method) }
    for (name, value) in details.members { object[name] = value }
    return object
  }
}

/// Which way a score follows a covariate.
private enum Preference { case more, less, undecided }

extension ClosedRange<Double> {
  fileprivate var sign: Preference {
    lowerBound > 0 ? .more : upperBound < 0 ? .less : .undecided
  }
}

extension CalibratorOptions.Assumption {
  fileprivate func forbids(_ preference: Preference) -> Bool {
    switch self {
    case .any: false
    case .more: preference == .less
    case .less: preference == .more
    }
  }
}

extension Double {
  fileprivate func rounded(to digits: Int) -> String {
    let factor = digits == 2 ? 100.0 : 10_000
    return "\((self * factor).rounded() / factor)"
  }
}
