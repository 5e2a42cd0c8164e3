/// Several models on one benchmark: their order, and how sure it is.
package import TareCore

package struct Leaderboard: Sendable {
  package struct Row: Sendable {
    package let name: String
    package let accuracy: Accuracy
    /// 1 for the best; equal totals share a rank. Nil for a model with a part of the benchmark beside
    /// models with all of it: their totals are of other things.
    package let rank: Int?
    /// 95% interval of the rank over resampled prompts.
    package let ranks: ClosedRange<Int>?
    /// Against the first row; nil for that row, and for a model with other prompts.
    package let behindBest: Difference?
    /// Why its total is not the published number; nil where it may be.
    package let warning: String?

    package struct Difference: Sendable {
      /// How much the best is ahead.
      package let value: Double
      package let interval: ClosedRange<Double>
      /// Of the paired permutation test.
      package let p: Double
      /// p adjusted for the number of models after Benjamini and Hochberg.
      package let q: Double
      /// Whether the two have different prompts: interval and test are of independent samples.
      package let isIndependent: Bool
    }
  }

  package let benchmark: String
  /// The column whose values the rows are: one model's prompts, divided. Nil where they are models.
  package let column: String?
  /// The best first; equal totals in the order of the input.
  package let rows: [Row]
  package let notes: [String]

  /// - Parameters:
  ///   - evaluations: of one benchmark, with the same bootstrap, at least one.
  ///   - column: whose values they are of; each is then compared with the best, also on other prompts.
  package init(
    _ evaluations: [(name: String, evaluation: Evaluation)], seed: UInt64, column: String? = nil
  ) {
    func isWhole(_ model: (name: String, evaluation: Evaluation)) -> Bool {
      model.evaluation.warning == nil
    }
    let areRanked = evaluations.contains(where: isWhole) ? isWhole : { _ in true }
    func ordered(_ areMembers: (Int) -> Bool) -> [Int] {
      evaluations.indices.filter(areMembers).sorted {
        evaluations[$0].evaluation.total.value > evaluations[$1].evaluation.total.value
      }
    }
    let ranked = ordered { areRanked(evaluations[$0]) }.map { evaluations[$0] }
    let unranked = ordered { !areRanked(evaluations[$0]) }.map { evaluations[$0] }
    let totals = ranked.map(\.evaluation.total)
    let ranks = RankIntervals(
      totals: totals.map(\.value), resamples: Self.resamples(of: totals))
    let behind = Self.behindBest(
      ranked.map(\.evaluation), seed: seed, comparesOthers: column != nil)
    benchmark = ranked[0].evaluation.benchmark
    self.column = column
    notes = Self.notes(
      others: totals.count - 1 - behind.count,
      unranked: (unranked.count, column == nil ? "model" : "value"),
      warnings: (ranked + unranked).map { ($0.name, $0.evaluation.warning) })
    rows =
      ranked.enumerated().map { place, model in
        Row(
          name: model.name, accuracy: model.evaluation.accuracies.overall,
          rank: ranks.ranks[place], ranks: ranks.intervals[place], behindBest: behind[place],
          warning: model.evaluation.warning)
      }
      + unranked.map { model in
        Row(
          name: model.name, accuracy: model.evaluation.accuracies.overall, rank: nil, ranks: nil,
          behindBest: nil, warning: model.evaluation.warning)
      }
  }

  /// How far each model with the best one's prompts is behind it, by its place.
  ///
  /// - Parameter comparesOthers: whether those with other prompts are compared, too.
  private static func behindBest(
    _ models: [Evaluation], seed: UInt64, comparesOthers: Bool
  ) -> [Int: Row.Difference] {
    let totals = models.map(\.total)
    var tests: [(place: Int, interval: ClosedRange<Double>, p: Double, isIndependent: Bool)] = []
    for place in totals.indices.dropFirst() {
      if totals[place].prompts == totals[0].prompts {
        let ahead = zip(totals[0].resamples, totals[place].resamples).map(-)
        let differences = zip(totals[0].contributions, totals[place].contributions).map(-)
        let p = PairedPermutation(differences: differences, seed: seed).p
        tests.append((place, ClosedRange(percentilesOf: ahead), p, false))
      } else if comparesOthers {
        let apart = IndependentDifference(
          models[0].accuracies.overall, models[place].accuracies.overall)
        tests.append((place, apart.interval, apart.p, true))
      }
    }
    var behind: [Int: Row.Difference] = [:]
    for (test, q) in zip(tests, BenjaminiHochberg.adjusted(tests.map(\.p))) {
      behind[test.place] = Row.Difference(
        value: totals[0].value - totals[test.place].value, interval: test.interval, p: test.p, q: q,
        isIndependent: test.isIndependent)
    }
    return behind
  }

  /// More models than these are not named one by one.
  private static let mostNamed = 5

  private static func notes(
    others: Int, unranked: (count: Int, what: String),
    warnings: [(name: String, warning: String?)]
  ) -> [String] {
    var notes: [String] = []
    let warned = warnings.compactMap { name, warning in warning.map { (name, $0) } }
    let different = distinct(warned.map(\.1))
    if different.count == 1 {
      notes.append(
        (warned.count == warnings.count ? "all models: " : "marked *: ") + different[0])
    } else {
      notes += warned.prefix(mostNamed).map { "\($0.0)*: \($0.1)" }
      if warned.count > mostNamed {
        notes.append(
          "\(warned.count - mostNamed) more models marked * are not the published number either")
      }
    }
    if unranked.count > 0 {
      notes.append(
        "\(counted(unranked.count, unranked.what)) without the whole benchmark: not ranked with those that have it"
      )
    }
    if others > 0 {
      notes.append(
        "\(counted(others, "model")) with different prompts than the best: not tested against it, and "
          + "ranked with prompts resampled independently")
    }
    return notes
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
        object["rank"] = row.rank.map { .int($0) } ?? .null
        object["rank_interval"] =
          row.ranks.map { [.int($0.lowerBound), .int($0.upperBound)] } ?? .null
        object["warning"] = row.warning.map { .string($0) }
        if let behind = row.behindBest {
          object["behind_best"] = [
            "difference": .double(behind.value), "interval": behind.interval.json,
            "p": .double(behind.p), "q": .double(behind.q),
            "test": behind.isIndependent ? "independent" : "permutation",
          ]
        }
        return .object(object)
      })
  }
}
