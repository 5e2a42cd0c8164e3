/// JudgeBench (Tan et al. 2024): pairs of which one answer is objectively right, in four categories.
package import TareCore

/// A reward model answers A>B where A scores strictly higher, otherwise B>A. In the two games, the second
/// with the answers exchanged, a pair is right if more decisions agree with the label than contradict
/// it, so that a tie is wrong; that is what the project's own script reports. The single game takes the
/// first decision alone, which makes a tie right where B is the right answer
/// (ScalerLab/JudgeBench `utils/metrics.py`).
package enum JudgeBench: TrialBenchmark {
  package static let key = "judgebench"
  package static let summary = "JudgeBench: four categories, two games, every pair counts equally"

  /// The covariate that holds a response's score in the second game where it is another one.
  private static let secondGame = "score_second_game"
  /// The covariate that is 1 where there was one game, or the second failed.
  private static let singleGame = "single_game"
  /// The covariate of a judge's decision in the first game, whose scores are the mean of its games.
  private static let firstGame = "first_game"

  /// Prefixes of the sources, and their categories.
  private static let categories: KeyValuePairs = [
    "mmlu-pro": "Knowledge", "livebench-reasoning": "Reasoning", "livebench-math": "Math",
    "livecodebench": "Coding",
  ]

  /// The categories' sizes (ScalerLab/JudgeBench, splits "gpt" and "claude"; arXiv 2410.12784, table 2).
  package static let published = [
    PublishedSet(
      "JudgeBench", unit: "pair", edition: "GPT-4o",
      parts: [("Knowledge", 154), ("Reasoning", 98), ("Math", 56), ("Coding", 42)]),
    PublishedSet(
      "JudgeBench", unit: "pair", edition: "Claude 3.5 Sonnet",
      parts: [("Knowledge", 154), ("Reasoning", 51), ("Math", 34), ("Coding", 31)]),
  ]

  package static func publishedPart(section: String?, subset: String?) -> String? {
    category(subset) ?? subset ?? ""
  }

  private static func category(_ source: String?) -> String? {
    source.flatMap { source in categories.first { source.hasPrefix($0.key) }?.value }
  }

  package static func recognises(_ responses: ScoredResponses) -> Bool {
    !responses.isEmpty && responses.allSatisfy { category($0.subset) != nil }
  }

  package static func sheet(
    of responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    var prompts: [TriedPrompt] = []
    for prompt in try ScoredPrompt.prompts(of: responses) {
      guard let category = category(prompt.subset) else {
        throw prompt.error(
          found: prompt.subset.map { "source '\($0)'" } ?? "no source",
          accepted: "a source that begins with " + categories.map(\.key).joined(separator: ", "))
      }
      let (chosen, rejected) = try prompt.chosenAndRejected()
      guard chosen.count == 1, rejected.count == 1 else {
        throw prompt.error(
          found: "\(prompt.responses.count) responses", accepted: "two, A and B")
      }
      let (right, wrong) = (chosen[0], rejected[0])
      // A comes first; the second game has B first.
      let isARight = right.index < wrong.index
      let first = right.score > wrong.score || (right.score == wrong.score && !isARight)
      let again = (right.covariates[secondGame], wrong.covariates[secondGame])
      let (rightAgain, wrongAgain) = (again.0 ?? right.score, again.1 ?? wrong.score)
      let isSingle = right.covariates[singleGame] == 1
      let second = isSingle || rightAgain > wrongAgain || (rightAgain == wrongAgain && isARight)
      let place = [right.index, wrong.index]
      if let decision = right.covariates[firstGame] {
        prompts.append(
          TriedPrompt(
            id: prompt.id, section: category, subset: prompt.subset,
            trials: [
              // More decisions agree with the label than contradict it.
              Trial(
                right.score > wrong.score ? 1 : 0, isTie: right.score == wrong.score, place: place,
                margin: right.score - wrong.score),
              Trial(decision > 0 ? 1 : 0, column: 1, place: place),
            ]))
        continue
      }
      prompts.append(
        TriedPrompt(
          id: prompt.id, section: category, subset: prompt.subset,
          trials: [
            Trial(
              first && second ? 1 : 0, isTie: right.score == wrong.score, place: place,
              margin: right.score - wrong.score),
            Trial(first ? 1 : 0, column: 1, place: place),
          ]))
    }
    return TrialSheet(
      prompts, columns: [.init("two games"), .init("single game", isCounted: false)])
  }

  package static func scheme(for sheet: TrialSheet, _ options: EvaluationOptions) -> Scheme {
    let strata = sheet.strata
    var scheme = Scheme.micro(strata, of: "pair")
    let order = categories.map(\.value)
    scheme.sections = order.compactMap { name in scheme.sections.first { $0.name == name } }
    let macro = Quantity.mean(
      "macro", rule: "mean of \(counted(scheme.sections.count, "category"))", of: scheme.sections)
    scheme.averages = scheme.averages.filter { $0.name != "macro" } + [macro]
    scheme.details = [
      .share(
        "single game", rule: "the first decision only; a tie is B>A", of: strata, column: 1)
    ]
    return scheme
  }
}
