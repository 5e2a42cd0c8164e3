/// Several models on one benchmark: their order, and how sure it is.
package import TareCore

package struct Leaderboard: Sendable {
  package struct Row: Sendable {
    package let name: String
    package let accuracy: Accuracy
    /// 1 for the best; equal totals share a rank.
    package let rank: Int
    /// 95% interval of the rank over resampled prompts; nil where the models' prompts differ.
    package let ranks: ClosedRange<Int>?
    /// Against the first row; nil for that row, and where the prompts differ.
    package let behindBest: Difference?

    package struct Difference: Sendable {
      /// How much the best is ahead.
      package let value: Double
      package let interval: ClosedRange<Double>
      /// Of the paired permutation test.
      package let p: Double
      /// p adjusted for the number of models after Benjamini and Hochberg.
      package let q: Double
    }
  }

  package let benchmark: String
  /// The best first; equal totals in the order of the input.
  package let rows: [Row]
  package let notes: [String]

  /// - Parameter evaluations: of one benchmark, with the same bootstrap, at least one.
  package init(_ evaluations: [(name: String, evaluation: Evaluation)], seed: UInt64) {
    let order = evaluations.indices.sorted {
      evaluations[$0].evaluation.total.value > evaluations[$1].evaluation.total.value
    }
    let models = order.map { evaluations[$0] }
    let totals = models.map(\.evaluation.total)
    let areMatched = Set(totals.map(\.prompts)).count == 1
    let ranks = RankIntervals(totals: totals.map(\.value), resamples: totals.map(\.resamples))
    let differences = totals.dropFirst().map { other in
      let ahead = zip(totals[0].resamples, other.resamples).map(-)
      return (
        interval: ClosedRange(percentilesOf: ahead),
        p: areMatched
          ? PairedPermutation(
            differences: zip(totals[0].contributions, other.contributions).map(-), seed: seed
          ).p : 1
      )
    }
    let adjusted = BenjaminiHochberg.adjusted(differences.map(\.p))
    benchmark = models[0].evaluation.benchmark
    notes =
      areMatched
      ? [] : ["the models have different prompts: no rank intervals and no paired tests"]
    rows = models.enumerated().map { place, model in
      Row(
        name: model.name, accuracy: model.evaluation.accuracies.overall,
        rank: ranks.ranks[place], ranks: areMatched ? ranks.intervals[place] : nil,
        behindBest: place == 0 || !areMatched
          ? nil
          : Row.Difference(
            value: totals[0].value - totals[place].value,
            interval: differences[place - 1].interval, p: differences[place - 1].p,
            q: adjusted[place - 1]))
    }
  }

  package var json: JSONValue {
    .array(
      rows.map { row in
        var object = row.accuracy.json.object ?? [:]
        object["name"] = .string(row.name)
        object["rank"] = .int(row.rank)
        object["rank_interval"] = row.ranks.map {
          .array([.int($0.lowerBound), .int($0.upperBound)])
        }
        if let behind = row.behindBest {
          object["behind_best"] = [
            "difference": .double(behind.value), "interval": behind.interval.json,
            "p": .double(behind.p), "q": .double(behind.q),
          ]
        }
        return .object(object)
      })
  }
}
