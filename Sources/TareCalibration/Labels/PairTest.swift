/// Whether a correction chooses better responses, tested after each label.
internal import Foundation
package import TareCore

/// A sequential test on pairs of which one response is chosen by the raw and the other by the calibrated score.
///
/// Each labelled pair is a win of the calibrated choice, a win of the raw one, or a tie, which is no evidence of
/// either. With w wins and l losses the evidence against a win rate of p is the likelihood ratio of a mixture over
/// all rates, Beta(2, 2), to that rate:
///
///     E(p) = B(2 + w, 2 + l) / B(2, 2) / (pʷ (1 − p)ˡ)
///
/// At the true p it is a nonnegative martingale of mean 1 in the number of labels, so that the chance that it ever
/// reaches 1 / alpha is at most alpha (Ville 1939; Robbins 1970): labelling may stop at any time, for any
/// reason. The rates with E(p) < 1 / alpha are a confidence sequence, off which every verdict is read. For pairs
/// drawn without replacement of a finite number with as many wins as losses E(1/2) is a supermartingale: the
/// mixture bets on the side that is ahead, of which fewer are left.
package struct PairTest: Sendable, Hashable {
  package enum Verdict: String, Sendable {
    /// The calibrated choice is the better one more often than not.
    case helps
    case harms
    /// The gain or loss is below the margin, or no number of the pairs that are left could tell.
    case notWorthMore = "not_worth_more"
    case undecided
  }

  /// The chance of a wrong verdict that is accepted.
  package let alpha: Double
  /// Share of all decisions in which the two choices differ.
  package let share: Double
  /// A gain or loss, as a share of all decisions, that is not worth labels.
  package let margin: Double
  package private(set) var wins = 0
  package private(set) var losses = 0
  package private(set) var ties = 0

  /// Both parameters of the mixture: of rates from 0.6 to 0.9 it decides about as early as any.
  static let prior = 2.0

  package init(alpha: Double = 0.05, share: Double, margin: Double = 0.01) {
    (self.alpha, self.share, self.margin) = (alpha, share, margin)
  }

  package mutating func add(wins: Int = 0, losses: Int = 0, ties: Int = 0) {
    self.wins += wins
    self.losses += losses
    self.ties += ties
  }

  package var labels: Int { wins + losses + ties }

  /// Natural logarithm of E(p); not finite at 0 and 1.
  package func logEvidence(against rate: Double) -> Double {
    Self.logEvidence(Double(wins), Double(losses), rate)
  }

  static func logEvidence(_ wins: Double, _ losses: Double, _ rate: Double) -> Double {
    func logBeta(_ a: Double, _ b: Double) -> Double { lgamma(a) + lgamma(b) - lgamma(a + b) }
    let mixture = logBeta(prior + wins, prior + losses) - logBeta(prior, prior)
    // 0 · log 0 is 0.
    let likelihood =
      (wins > 0 ? wins * log(rate) : 0) + (losses > 0 ? losses * log1p(-rate) : 0)
    return mixture - likelihood
  }

  /// Evidence against a win rate of one half.
  package var evidence: Double { exp(logEvidence(against: 0.5)) }
  /// What the evidence has to reach.
  package var threshold: Double { 1 / alpha }

  /// Of the rate of wins among the pairs that are no ties, 1 − alpha at every number of labels together.
  package var interval: ClosedRange<Double> {
    let (wins, losses) = (Double(wins), Double(losses))
    guard wins + losses > 0 else { return 0...1 }
    let middle = wins / (wins + losses)
    let bound = -log(alpha)
    /// Where the evidence crosses the bound, between a rate inside and one outside.
    func crossing(_ inside: Double, _ outside: Double) -> Double {
      guard Self.logEvidence(wins, losses, outside) >= bound else { return outside }
      var (inside, outside) = (inside, outside)
      for _ in 0..<60 {
        let middle = (inside + outside) / 2
        if Self.logEvidence(wins, losses, middle) >= bound {
          outside = middle
        } else {
          inside = middle
        }
      }
      return outside
    }
    return crossing(middle, 0)...crossing(middle, 1)
  }

  /// What the correction gains, as a share of all decisions, if all pairs that differ are like those that are no
  /// ties; with ties it is nearer to 0.
  package var gain: ClosedRange<Double> {
    let interval = interval
    return share * (2 * interval.lowerBound - 1)...share * (2 * interval.upperBound - 1)
  }

  /// - Parameter remaining: pairs that differ and have no label.
  package func verdict(remaining: Int) -> Verdict {
    let verdict = settled
    guard verdict == .undecided else { return verdict }
    // All that is left on one side, the best case of either verdict.
    var (best, worst) = (self, self)
    best.add(wins: remaining)
    worst.add(losses: remaining)
    let isHopeless = best.settled == .undecided && worst.settled == .undecided
    return isHopeless ? .notWorthMore : .undecided
  }

  /// The verdict by the labels there are.
  package var settled: Verdict {
    Self.settled(Double(wins), Double(losses), bound: -log(alpha), nearest: nearest)
  }

  /// How far from one half a win rate may be for the gain to be below the margin; 1/2 or more: any.
  var nearest: Double { share > 0 ? margin / (2 * share) : .infinity }

  static func settled(
    _ wins: Double, _ losses: Double, bound: Double, nearest: Double
  ) -> Verdict {
    guard nearest < 0.5 else { return .notWorthMore }
    if logEvidence(wins, losses, 0.5) >= bound { return wins > losses ? .helps : .harms }
    // The confidence sequence is an interval around w / (w + l): both ends are within where these are outside.
    let rate = wins + losses > 0 ? wins / (wins + losses) : 0.5
    let isNear = abs(rate - 0.5) < nearest
    guard isNear, logEvidence(wins, losses, 0.5 + nearest) >= bound,
      logEvidence(wins, losses, 0.5 - nearest) >= bound
    else { return .undecided }
    return .notWorthMore
  }

  package func json(remaining: Int) -> JSONValue {
    [
      "verdict": .string(verdict(remaining: remaining).rawValue),
      "labels": .int(labels), "calibrated_better": .int(wins), "raw_better": .int(losses),
      "ties": .int(ties), "evidence": .double(min(evidence, .greatestFiniteMagnitude)),
      "evidence_needed": .double(threshold), "alpha": .double(alpha), "margin": .double(margin),
      "win_rate_interval": interval.pairJSON, "gain_interval": gain.pairJSON,
    ]
  }
}

extension ClosedRange<Double> {
  fileprivate var pairJSON: JSONValue { [.double(lowerBound), .double(upperBound)] }
}
