/// How many labels a test of pairs takes, before any is given.
internal import Foundation
package import TareCore

/// Exact numbers of labels until a verdict, for given rates of wins.
package struct PairTestPlan: Sendable, Hashable {
  /// What to expect where the calibrated choice is the better one this often.
  package struct Case: Sendable, Hashable {
    package let rate: Double
    /// Mean number of labels until a verdict, or until all pairs are labelled.
    package let labels: Double
    /// With a chance of nine in ten it takes no more; nil where that needs more pairs than there are.
    package let nineInTen: Int?
    /// The chances of each verdict with the pairs there are.
    package let helps: Double
    package let harms: Double
    package let notWorthMore: Double
  }

  package let cases: [Case]
  /// Pairs that the numbers are computed for: those there are, at most 1,000.
  package let pairs: Int

  /// Beyond, numbers of labels are told for as many.
  static let most = 1000
  package static let rates = [0.5, 0.6, 0.7, 0.8, 0.9]

  /// - Parameters:
  ///   - test: with the labels there are already; the plan goes on from them.
  ///   - remaining: pairs without a label.
  package init(_ test: PairTest, remaining: Int) {
    pairs = min(remaining, Self.most)
    let walk = PairTestWalk(test, steps: pairs)
    cases = Self.rates.map(walk.outcome)
  }

  package var json: JSONValue {
    [
      "pairs": .int(pairs),
      "cases": .array(
        cases.map { one in
          [
            "win_rate": .double(one.rate), "expected_labels": .double(one.labels),
            "labels_nine_in_ten": one.nineInTen.map { .int($0) } ?? .null,
            "helps": .double(one.helps), "harms": .double(one.harms),
            "not_worth_more": .double(one.notWorthMore),
          ]
        }),
    ]
  }
}

/// A walk over numbers of wins and losses, one label a step, that ends with a verdict.
private struct PairTestWalk {
  /// Of t further labels with w wins, [t (t + 1) / 2 + w].
  private let verdicts: [PairTest.Verdict]
  private let steps: Int

  init(_ test: PairTest, steps: Int) {
    self.steps = steps
    let (bound, nearest) = (-log(test.alpha), test.nearest)
    var verdicts: [PairTest.Verdict] = []
    verdicts.reserveCapacity((steps + 1) * (steps + 2) / 2)
    for step in 0...steps {
      for wins in 0...step {
        verdicts.append(
          PairTest.settled(
            Double(test.wins + wins), Double(test.losses + step - wins), bound: bound,
            nearest: nearest))
      }
    }
    self.verdicts = verdicts
  }

  func outcome(_ rate: Double) -> PairTestPlan.Case {
    /// The chance to be there without a verdict, [wins].
    var chances = [Double](repeating: 0, count: steps + 1)
    chances[0] = 1
    var (mean, ended) = (0.0, 0.0)
    var nineInTen: Int?
    var (helps, harms, small) = (0.0, 0.0, 0.0)
    for step in 0...steps {
      if step > 0 {
        for wins in stride(from: step, through: 0, by: -1) {
          chances[wins] =
            (wins < step ? chances[wins] * (1 - rate) : 0)
            + (wins > 0 ? chances[wins - 1] * rate : 0)
        }
      }
      let row = step * (step + 1) / 2
      for wins in 0...step where chances[wins] > 0 {
        let verdict = verdicts[row + wins]
        guard verdict != .undecided else { continue }
        switch verdict {
        case .helps: helps += chances[wins]
        case .harms: harms += chances[wins]
        case .notWorthMore, .undecided: small += chances[wins]
        }
        mean += Double(step) * chances[wins]
        ended += chances[wins]
        chances[wins] = 0
      }
      if ended >= 0.9, nineInTen == nil { nineInTen = step }
    }
    let left = chances.reduce(0, +)
    return PairTestPlan.Case(
      rate: rate, labels: mean + Double(steps) * left, nineInTen: nineInTen, helps: helps,
      harms: harms, notWorthMore: small)
  }
}
