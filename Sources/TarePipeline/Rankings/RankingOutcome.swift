/// How scores order policies beside other rankings, in words and as JSON.
package import TareCore
internal import TareEvaluation
internal import TareFormats
internal import TareReport

package struct RankingOutcome: Sendable {
  struct Compared: Sendable {
    let ranking: NamedRanking
    let matches: NamedRanking.Matches
    let comparison: RankingComparison
  }

  let scores: PolicyScores
  /// Whether the means are of preferences to a baseline's answer.
  let areDuels: Bool
  let compared: [Compared]
  let notes: [String]

  /// Fewer models than these make the interval over models rough.
  private static let fewModels = 20
  /// More are not listed unless asked for.
  private static let mostListed = 20

  /// The policies that do not have every prompt.
  private var incomplete: [PolicyScores.Policy] {
    scores.policies.filter { $0.prompts.count < scores.prompts }
  }

  /// - Parameter details: lists all models.
  package func text(details: Bool, coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    var blocks: [String] = []
    for compared in compared {
      let count = compared.comparison.rows.count
      let order = compared.ranking.largerIsBetter ? "higher" : "lower"
      blocks.append(
        """
        \(compared.ranking.name): \(count.text) models, ordered by mean \
        \(areDuels ? "preference" : "score") and by \(compared.ranking.measure) (\(order) is better).
        """.wrapped(toWidth: 80))
      blocks.append(coefficients(compared.comparison).text(style: style))
      if details || count <= Self.mostListed {
        blocks.append(models(compared).text(style: style))
      }
      if !compared.matches.unmatched.isEmpty {
        blocks.append(
          "Not in the ranking: \(list(compared.matches.unmatched)).".wrapped(toWidth: 80))
      }
    }
    blocks += sentences.map { $0.wrapped(toWidth: 80) }
    return blocks.joined(separator: "\n")
  }

  private func coefficients(_ comparison: RankingComparison) -> TerminalTable {
    var table = TerminalTable(columns: [
      .init("", .left), .init("scores", .left), .init("value"), .init("95% over prompts"),
      .init("95% over models"),
    ])
    for (name, coefficient) in [
      ("Spearman's rho", comparison.spearman), ("Kendall's tau-b", comparison.kendall),
    ] {
      table.addRow([name, "raw"] + cells(coefficient.raw))
      if let calibrated = coefficient.calibrated {
        table.addRow(["", "calibrated"] + cells(calibrated))
      }
      if let change = coefficient.change { table.addRow(["", "change"] + cells(change)) }
    }
    return table
  }

  private func cells(_ estimate: RankingComparison.Estimate) -> [String] {
    [
      estimate.value.signed3, estimate.prompts?.signed3 ?? "–", estimate.policies?.signed3 ?? "–",
    ]
  }

  private func models(_ compared: Compared) -> TerminalTable {
    let isCalibrated = compared.comparison.rows.contains { $0.calibrated != nil }
    var columns: [TerminalTable.Column] = [
      .init("model", .left, leastWidth: 12), .init(compared.ranking.measure), .init("rank"),
      .init("raw"), .init("rank"),
    ]
    if isCalibrated { columns += [.init("calibrated"), .init("rank")] }
    var table = TerminalTable(columns: columns)
    for row in compared.comparison.rows {
      let value = compared.ranking.largerIsBetter ? row.value : -row.value
      var cells = [
        row.name, value.significant(5), row.ranks.other.text, row.raw.fixed(3),
        row.ranks.raw.text,
      ]
      if let calibrated = row.calibrated { cells.append(calibrated.fixed(3)) }
      if let rank = row.ranks.calibrated { cells.append(rank.text) }
      table.addRow(cells)
    }
    return table
  }

  private var sentences: [String] {
    var sentences = notes
    let fewest = compared.map(\.comparison.rows.count).min() ?? 0
    if fewest < Self.fewModels {
      sentences.append(
        """
        With \(fewest.text) models the interval over models is rough: a model more or less can change \
        the correlation.
        """)
    }
    if hasPoints {
      sentences.append(
        """
        An interval of a single value means that no resample of these models changed the order, not \
        that other models would not.
        """)
    }
    if let warning = incompleteness { sentences.append(warning) }
    if compared.contains(where: { $0.comparison.spearman.change != nil }) {
      sentences.append(verdict)
    }
    return sentences
  }

  /// Whether an interval of a change is one value.
  private var hasPoints: Bool {
    compared.contains { compared in
      [compared.comparison.spearman.change, compared.comparison.kendall.change].contains { change in
        [change?.prompts, change?.policies].contains { interval in
          interval.map { $0.lowerBound == $0.upperBound } ?? false
        }
      }
    }
  }

  private var incompleteness: String? {
    guard let least = incomplete.map(\.prompts.count).min() else { return nil }
    return """
      \(incomplete.count.text) of \(scores.policies.count.text) models lack some of the \
      \(scores.prompts.text) prompts (the fewest: \(least.text)); their means are of other prompts.
      """
  }

  private var verdict: String {
    let changed = compared.filter { isSignificant($0.comparison.spearman.change) }
    guard !changed.isEmpty else {
      return "Calibration changes no rank correlation significantly, over prompts and models."
    }
    return changed.map { compared in
      let change = compared.comparison.spearman.change?.value ?? 0
      return "Against \(compared.ranking.name), calibration \(change > 0 ? "raises" : "lowers") "
        + "Spearman's rho significantly, over prompts and models."
    }.joined(separator: " ")
  }

  private func isSignificant(_ change: RankingComparison.Estimate?) -> Bool {
    guard let change, let prompts = change.prompts, let policies = change.policies else {
      return false
    }
    return [prompts, policies].allSatisfy { !$0.contains(0) }
  }

  package var json: JSONValue {
    [
      "measure": .string(areDuels ? "mean preference" : "mean score"),
      "models": .int(scores.policies.count), "prompts": .int(scores.prompts),
      "models_without_every_prompt": .array(incomplete.map { .string($0.name) }),
      "rankings": .array(compared.map(\.json)), "notes": .array(notes.map { .string($0) }),
    ]
  }
}

extension RankingOutcome.Compared {
  fileprivate var json: JSONValue {
    [
      "ranking": .string(ranking.name), "column": .string(ranking.measure),
      "higher_is_better": .bool(ranking.largerIsBetter), "n": .int(comparison.rows.count),
      "spearman": comparison.spearman.json, "kendall": comparison.kendall.json,
      "not_in_ranking": .array(matches.unmatched.map { .string($0) }),
      "models": .array(
        zip(comparison.rows, matches.names).map { row, name in
          var object: JSONObject = [
            "model": .string(row.name), "name_in_ranking": .string(name),
            "ranking": .double(ranking.largerIsBetter ? row.value : -row.value),
            "ranking_rank": .int(row.ranks.other), "raw": .double(row.raw),
            "raw_rank": .int(row.ranks.raw),
          ]
          object["calibrated"] = row.calibrated.map { .double($0) }
          object["calibrated_rank"] = row.ranks.calibrated.map { .int($0) }
          return .object(object)
        }),
    ]
  }
}

extension RankingComparison.Coefficient {
  fileprivate var json: JSONValue {
    var object: JSONObject = ["raw": raw.json]
    object["calibrated"] = calibrated?.json
    object["change"] = change?.json
    return .object(object)
  }
}

extension RankingComparison.Estimate {
  fileprivate var json: JSONValue {
    [
      "value": .double(value), "interval_over_prompts": prompts?.json ?? .null,
      "interval_over_models": policies?.json ?? .null,
    ]
  }
}
