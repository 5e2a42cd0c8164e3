/// From which confidence on answers are given, so that few of them are wrong.
internal import Foundation
internal import TareCore

/// A limit of the confidence such that, with a probability of at least 1 − delta over the held-out rows,
/// at most a share of `risk` of the answers given is wrong (for new rows like them).
///
/// Limits are tried from the strictest on, each by the exact binomial test, until one fails; their order
/// was fixed by rows that are not held out, so that no correction for several tests is needed
/// (fixed sequence testing, as in Angelopoulos et al. 2021).
package struct Abstention: Sendable, Hashable {
  package let risk: Double
  package let delta: Double
  /// nil: no limit is good enough, and nothing is answered.
  package let threshold: Double?
  /// Held-out rows, those of them that are answered, and those that are answered wrongly.
  package let rows: Int
  package let answered: Int
  package let wrong: Int

  package init(
    risk: Double, delta: Double, threshold: Double?, rows: Int, answered: Int, wrong: Int
  ) {
    self.risk = risk
    self.delta = delta
    self.threshold = threshold
    self.rows = rows
    self.answered = answered
    self.wrong = wrong
  }

  /// Shares of answers that are tried, in twentieths.
  private static let steps = 20

  /// - Parameters:
  ///   - confidences: of rows that are not held out, which decide what is tried.
  ///   - held: calibrated rows, one per prompt.
  init(confidences: [Double], _ held: [AnsweredRow], risk: Double, delta: Double) {
    let sorted = confidences.sorted(by: >)
    // Fewer right answers in a row than these show nothing.
    let least = Double(log(delta) / log(1 - risk))
    var found: (threshold: Double, answered: Int, wrong: Int)?
    for step in 1...Self.steps {
      let share = Double(step) / Double(Self.steps)
      guard !sorted.isEmpty, share * Double(held.count) >= 2 * least || step == Self.steps else {
        continue
      }
      let place = min(Int(share * Double(sorted.count)), sorted.count) - 1
      let threshold = step == Self.steps ? 0 : sorted[max(place, 0)]
      let given = held.filter { $0.confidence >= threshold }
      let wrong = given.count { $0.answer != $0.label }
      guard Self.tail(given.count, wrong, risk) <= delta else { break }
      found = (threshold, given.count, wrong)
    }
    self.init(
      risk: risk, delta: delta, threshold: found?.threshold, rows: held.count,
      answered: found?.answered ?? 0, wrong: found?.wrong ?? 0)
  }

  package func isAnswered(_ probabilities: [Double]) -> Bool {
    threshold.map { (probabilities.max() ?? 0) >= $0 } ?? false
  }

  /// The chance of at most so many errors of so many answers where each is wrong with probability
  /// `risk`.
  static func tail(_ count: Int, _ wrong: Int, _ risk: Double) -> Double {
    guard count > 0 else { return 1 }
    var sum = 0.0
    var term = Double(count) * log1p(-risk)
    for errors in 0...min(wrong, count) {
      sum += exp(term)
      term += log(Double(count - errors)) - log(Double(errors + 1)) + log(risk) - log1p(-risk)
    }
    return min(sum, 1)
  }
}
