/// RM-Bench (Liu et al. 2024): each prompt's right and wrong answer in three styles.
package import TareCore

/// The styles are concise, detailed as plain text, detailed with Markdown. Hard sets a plainer right
/// answer against a richer wrong one, normal the same styles, easy a richer right one against a plainer
/// wrong one; a domain is the mean of the three, the total the mean of the four domains
/// (`compute_accuracy` in THU-KEG/RM-Bench `scripts/utils.py`).
package enum RMBench: TrialBenchmark {
  package static let key = "rm-bench"
  package static let summary = "RM-Bench: 3 × 3 styles, hard, normal and easy, four domains"

  private static let domains = ["chat", "math", "code", "safety"]
  private static let styles = ["concise", "detailed", "markdown"]

  /// The domains' sizes (THU-KEG/RM-Bench, 1,327 rows; arXiv 2410.16184): safety is safety-refuse with
  /// 284 prompts and safety-response with 157.
  package static let published = [
    PublishedSet(
      "RM-Bench", unit: "prompt",
      parts: [("chat", 129), ("math", 529), ("code", 228), ("safety", 441)])
  ]

  package static func publishedPart(section: String?, subset: String?) -> String? {
    domain(section, subset) ?? section ?? subset ?? ""
  }

  /// Cells of the matrix, [chosen style, rejected style].
  private enum Difficulty: String, CaseIterable {
    case hard, normal, easy

    var cells: [(Int, Int)] {
      switch self {
      case .hard: [(0, 1), (0, 2), (1, 2)]
      case .normal: [(0, 0), (1, 1), (2, 2)]
      case .easy: [(1, 0), (2, 0), (2, 1)]
      }
    }
  }

  package static func recognises(_ responses: ScoredResponses) -> Bool {
    let groups = PromptGroups(of: responses)
    return groups.count > 0 && 6 * groups.count == responses.count
      && responses.allSatisfy { domain($0.section, $0.subset) != nil }
      && groups.rows.allSatisfy { rows in
        rows.count { responses[$0].side == .chosen } == 3
          && rows.count { responses[$0].side == .rejected } == 3
      }
  }

  /// The four are found by how the names of RM-Bench's files begin: safety-refuse and
  /// safety-response are one domain.
  private static func domain(_ section: String?, _ subset: String?) -> String? {
    for name in [section, subset].compactMap(\.self) {
      if let domain = domains.first(where: { name.lowercased().hasPrefix($0) }) { return domain }
    }
    return nil
  }

  package static func sheet(
    of responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    var prompts: [TriedPrompt] = []
    for prompt in try ScoredPrompt.prompts(of: responses) {
      guard let domain = domain(prompt.section, prompt.subset) else {
        throw prompt.error(
          found: [prompt.section, prompt.subset].compactMap(\.self).first.map { "'\($0)'" }
            ?? "no domain",
          accepted: "a domain, section or subset that begins with "
            + domains.joined(separator: ", "))
      }
      let (chosen, rejected) = try prompt.chosenAndRejected()
      guard chosen.count == 3, rejected.count == 3 else {
        throw prompt.error(
          found: "\(chosen.count) chosen and \(rejected.count) rejected responses",
          accepted: "three of each, ordered by style")
      }
      let (right, wrong) = (inOrder(chosen), inOrder(rejected))
      var trials: [Trial] = []
      for (row, better) in right.enumerated() {
        for (column, worse) in wrong.enumerated() {
          trials.append(
            Trial(
              better.score > worse.score ? 1 : 0, column: 3 * row + column,
              isTie: better.score == worse.score, place: [better.index, worse.index],
              margin: better.score - worse.score))
        }
      }
      prompts.append(
        TriedPrompt(id: prompt.id, section: domain, subset: prompt.subset, trials: trials))
    }
    return TrialSheet(
      prompts,
      columns: styles.flatMap { chosen in styles.map { .init("\(chosen) above \($0)") } })
  }

  private static func inOrder(_ responses: [ScoredResponse]) -> [ScoredResponse] {
    responses.sorted { $0.index < $1.index }
  }

  package static func scheme(for sheet: TrialSheet, _ options: EvaluationOptions) -> Scheme {
    let strata = sheet.strata
    let present = domains.filter { name in strata.contains { $0.section == name } }
    func cell(_ row: Int, _ column: Int, _ domain: String) -> Quantity {
      .share("", of: strata, column: 3 * row + column) { $0.section == domain }
    }
    func number(_ difficulty: Difficulty, _ domain: String) -> Quantity {
      .mean(
        "\(domain) \(difficulty)", rule: "mean of 3 pairs of styles",
        of: difficulty.cells.map { cell($0.0, $0.1, domain) })
    }
    let details = present.map { domain in Difficulty.allCases.map { number($0, domain) } }
    let sections = zip(present, details).map { domain, numbers in
      Quantity.mean(domain, rule: "mean of hard, normal and easy", of: numbers)
    }
    let rule = "mean of \(counted(present.count, "domain"))"
    let difficulties = Difficulty.allCases.enumerated().map { index, difficulty in
      Quantity.mean("\(difficulty)", rule: rule, of: details.map { $0[index] })
    }
    let matrix = (0..<3).map { row in
      (0..<3).map { column in
        Quantity.mean("", rule: rule, of: present.map { cell(row, column, $0) })
      }
    }
    let absent = domains.filter { !present.contains($0) }
    let all = Array(strata.indices)
    return Scheme(
      subsets: [], sections: sections, overall: .mean("overall", rule: rule, of: sections),
      averages: difficulties + [
        Quantity(
          "micro", rule: "every prompt counts equally",
          .average(of: (0..<9).map { .mean(column: $0, strata: all) })),
        .mean("macro", rule: rule, of: sections),
      ],
      details: details.flatMap(\.self),
      grids: [
        Grid(
          title: "Style of the right answer (rows) and of the wrong one (columns)", rows: styles,
          columns: styles, cells: matrix)
      ],
      notes: absent.isEmpty ? [] : ["overall lacks \(absent.joined(separator: ", "))"])
  }
}
