/// Results without scores, as generative judges leave them: the mean of what each decision was worth.
package import TareCore

/// A result is 1 for a right decision, 0 for a wrong one, and a share where several responses tied
/// (allenai/reward-bench). The subsets of RewardBench and RewardBench 2 count as they do there. There are
/// no margins, and nothing to calibrate.
package enum Results: TrialBenchmark {
  package static let key = "results"
  package static let summary = "results of decisions, without scores: their mean by subset"
  package static let trial = "prompt"

  /// The covariate that marks a score as a result.
  private static let mark = "result"

  package static func recognises(_ responses: ScoredResponses) -> Bool {
    !responses.isEmpty && responses.allSatisfy { $0.covariates[mark] == 1 }
  }

  package static func sheet(
    of responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    try responses.requireFiniteScores()
    if let row = responses.firstIndex(where: { !(0...1).contains($0.score) }) {
      throw .badData(
        place: "row \(row + 1) (prompt \(responses[row].promptID))",
        found: "\(responses[row].score)", accepted: "a result from 0 to 1")
    }
    let isRewardBench = RewardBench.recognises(responses)
    return TrialSheet(
      responses.map { response in
        TriedPrompt(
          id: response.promptID,
          section: isRewardBench
            ? RewardBench.section(ofSubset: response.subset) : response.section,
          subset: response.subset, trials: [Trial(response.score, place: [response.index])])
      })
  }

  package static func scheme(for sheet: TrialSheet, _ options: EvaluationOptions) -> Scheme {
    let names = distinct(sheet.strata.compactMap(\.subset))
    var scheme: Scheme
    if !names.isEmpty, names.allSatisfy({ RewardBench.section(ofSubset: $0) != nil }) {
      scheme = RewardBench.scheme(for: sheet, options)
    } else {
      scheme = .micro(sheet.strata, of: "prompt")
      if names.count > 1, names.allSatisfy(RewardBench2.subsets.contains) {
        let rule = "mean of \(counted(names.count, "subset"))"
        scheme.overall = .mean("overall", rule: rule, of: scheme.subsets)
        let absent = RewardBench2.subsets.filter { !names.contains($0) }
        if !absent.isEmpty {
          scheme.notes.append("overall lacks \(absent.joined(separator: ", "))")
        }
      }
    }
    scheme.notes.append("results without scores: no margins, and nothing to calibrate")
    return scheme
  }
}
