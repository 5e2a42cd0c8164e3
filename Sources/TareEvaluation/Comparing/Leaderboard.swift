/// Several models on one benchmark: their order, and how sure it is.
package import TareCore

package struct Leaderboard: Sendable {
  package struct Row: Sendable {
    package let name: String
    package let accuracy: Accuracy
    /// 1 for the best; equal totals share a rank.
    package let rank: Int
    /// 95% interval of the rank over resampled prompts.
    package let ranks: ClosedRange<Int>
    /// Against the first row; nil for that row, and for a model with other prompts.
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
    let ranks = RankIntervals(
      totals: totals.map(\.value), resamples: Self.resamples(of: totals))
    let tested = totals.indices.dropFirst().filter { totals[$0].prompts == totals[0].prompts }
    let p = tested.map { model in
      PairedPermutation(
        differences: zip(totals[0].contributions, totals[model].contributions).map(-), seed: seed
      ).p
    }
    var behind: [Int: Row.Difference] = [:]
    for (model, test) in zip(tested, zip(p, BenjaminiHochberg.adjusted(p))) {
      let ahead = zip(totals[0].resamples, totals[model].resamples).map(-)
      behind[model] = Row.Difference(
        value: totals[0].value - totals[model].value,
        interval: ClosedRange(percentilesOf: ahead), p: test.0, q: test.1)
    }
    let others = totals.count - 1 - tested.count
    benchmark = models[0].evaluation.benchmark
    notes =
      others == 0
      ? []
      : [
        "\(counted(others, "model")) with other prompts than the best: not tested against it, and "
          + "ranked as if prompts were drawn for each model by itself"
      ]
    rows = models.enumerated().map { place, model in
      Row(
        name: model.name, accuracy: model.evaluation.accuracies.overall, rank: ranks.ranks[place],
        ranks: ranks.intervals[place], behindBest: behind[place])
    }
  }

  /// Models with the same prompts have the same resamples; those of others are taken in another order,
  /// so that chance does not hold them together.
  private static func resamples(of totals: [Total]) -> [[Double]] {
    var turns: [Digest: Int] = [:]
    return totals.map { total in
      let turn = turns[total.prompts] ?? turns.count
      turns[total.prompts] = turn
      // Any step without a common divisor with the count would do.
      let count = total.resamples.count
      return turn == 0
        ? total.resamples
        : total.resamples.indices.map { total.resamples[($0 + 7919 * turn) % count] }
    }
  }

  package var json: JSONValue {
    .array(
      rows.map { row in
        var object = row.accuracy.json.object ?? [:]
        object["name"] = .string(row.name)
        object["rank"] = .int(row.rank)
        object["rank_interval"] = [.int(row.ranks.lowerBound), .int(row.ranks.upperBound)]
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
