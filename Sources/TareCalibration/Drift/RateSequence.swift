/// A rate that is watched over time.
internal import Foundation

/// A confidence sequence for the rate of an event: at all numbers of trials together the interval fails to hold
/// the rate with a probability of at most alpha.
///
/// The mixture of likelihood ratios over Beta(a, b) that `PairTest` uses, for any rate (Robbins 1970; Howard et al.
/// 2021, arXiv 1810.08240).
package struct RateSequence: Sendable, Hashable {
  package let trials: Int
  package let events: Int
  package let alpha: Double
  /// Of the mixture: rates near 0 are expected of drift.
  static let prior = (a: 0.5, b: 0.5)

  package init(events: Int, of trials: Int, alpha: Double) {
    (self.trials, self.events, self.alpha) = (trials, events, alpha)
  }

  package var rate: Double { trials > 0 ? Double(events) / Double(trials) : 0 }

  private func logEvidence(against rate: Double) -> Double {
    let (events, others) = (Double(events), Double(trials - events))
    func logBeta(_ a: Double, _ b: Double) -> Double { lgamma(a) + lgamma(b) - lgamma(a + b) }
    let (a, b) = Self.prior
    let likelihood =
      (events > 0 ? events * log(rate) : 0) + (others > 0 ? others * log1p(-rate) : 0)
    return logBeta(a + events, b + others) - logBeta(a, b) - likelihood
  }

  package var interval: ClosedRange<Double> {
    guard trials > 0 else { return 0...1 }
    let bound = -log(alpha)
    func end(_ limit: Double) -> Double {
      guard logEvidence(against: limit) >= bound else { return limit }
      var (inside, outside) = (rate, limit)
      for _ in 0..<60 {
        let middle = (inside + outside) / 2
        if logEvidence(against: middle) >= bound { outside = middle } else { inside = middle }
      }
      return outside
    }
    return end(0)...end(1)
  }
}
