/// The correctness sets of PPE, Preference Proxy Evaluations (Frick et al. 2024, arXiv 2410.14872), and any
/// other table of scores and right or wrong: prompts with many responses, some of them right.
package import TareCore

/// Accuracy is the mean over prompts of the share of pairs, a right and a wrong response, that are in order. The
/// best-of-k curve is the expected correctness of the response that scores highest among k; the end score
/// its last point, the maximum its highest, the loss its mean squared distance to the curve of a perfect
/// judge. PPE draws 100 orders of the responses and a few pairs of each prompt; here both are taken
/// whole, which is what the draws tend to.
package enum PPE: TrialBenchmark {
  package static let key = "ppe"
  package static let summary = "PPE's correctness sets: accuracy of pairs, best-of-k curve, loss"
  package static let trial = "prompt"

  private static let ending = "best_of_k"

  /// The sets' sizes (lmarena-ai/PPE-*-Best-of-K, 2,555 prompts of 32 responses; arXiv 2410.14872).
  package static let published = [
    PublishedSet(
      "PPE", unit: "prompt",
      parts: [
        ("mmlu_pro_best_of_k", 512), ("math_best_of_k", 512), ("gpqa_best_of_k", 512),
        ("ifeval_best_of_k", 512), ("mbpp_plus_best_of_k", 507),
      ])
  ]

  package static func recognises(_ responses: ScoredResponses) -> Bool {
    !responses.isEmpty && responses.allSatisfy { $0.subset?.hasSuffix(ending) ?? false }
  }

  package static func sheet(
    of responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    let all = try ScoredPrompt.prompts(of: responses)
    // The curve goes as far as every prompt does.
    let most = all.map(\.responses.count).min() ?? 0
    var prompts: [TriedPrompt] = []
    for prompt in all {
      if let position = prompt.responses.firstIndex(where: { $0.side == nil }) {
        throw prompt.error(
          at: position, found: "a response that is neither right nor wrong", accepted: "0 or 1")
      }
      let scores = prompt.responses.map(\.score)
      let isRight = prompt.responses.map { $0.side == .chosen }
      let chosen = SubsetMaximum(scores: scores, values: isRight.map { $0 ? 1 : 0 })
      let perfect = SubsetMaximum(
        scores: isRight.map { $0 ? 1 : 0 }, values: isRight.map { $0 ? 1 : 0 })
      var trials = [prompt.pairs(isRight)].compactMap(\.self)
      for k in 1...most {
        trials.append(Trial(chosen.expectation(ofBest: k), column: 2 * k - 1))
        trials.append(Trial(perfect.expectation(ofBest: k), column: 2 * k))
      }
      prompts.append(
        TriedPrompt(
          id: prompt.id, section: prompt.section, subset: prompt.subset,
          // Prompts whose responses are all right or all wrong have no pairs.
          kind: trials.count > 2 * most ? "pairs" : "no pairs", trials: trials))
    }
    return TrialSheet(
      prompts,
      columns: [.init("pairs")]
        + (0..<most).flatMap { k in
          [
            .init("best of \(k + 1)", isCounted: false),
            .init("perfect choice of \(k + 1)", isCounted: false),
          ]
        })
  }

  package static func scheme(for sheet: TrialSheet, _ options: EvaluationOptions) -> Scheme {
    let strata = sheet.strata
    let most = (sheet.columns.count - 1) / 2
    func share(_ name: String, _ column: Int, where isMember: (Stratum) -> Bool) -> Quantity? {
      let members = strata.indices.filter {
        isMember(strata[$0]) && strata[$0].trialCounts[column] > 0
      }
      return members.isEmpty ? nil : Quantity(name, .mean(column: column, strata: members))
    }
    func curve(_ offset: Int, _ isMember: (Stratum) -> Bool) -> [Formula] {
      (1...most).compactMap { share("", 2 * $0 + offset, where: isMember)?.formula }
    }
    func numbers(_ name: String, _ isMember: (Stratum) -> Bool) -> [Quantity] {
      let (chosen, perfect) = (curve(-1, isMember), curve(0, isMember))
      let prefix = name.isEmpty ? "" : "\(name): "
      return [
        Quantity("\(prefix)end score", rule: "best of \(most)", chosen[most - 1]),
        Quantity("\(prefix)maximum", rule: "highest point of the curve", .maximum(chosen)),
        Quantity(
          "\(prefix)loss", rule: "mean squared distance to a perfect judge's curve",
          .meanSquare(
            zip(chosen, perfect).map { .weightedSum([(1, $0), (-1, $1)]) })),
      ]
    }
    let names = distinct(strata.compactMap(\.subset))
    let subsets = names.compactMap { name in share(name, 0) { $0.subset == name } }
    let all = share("overall", 0) { _ in true }
    let points = (1...most).filter { $0 & ($0 - 1) == 0 || $0 == most }
    var notes: [String] = []
    let without = names.filter { name in !subsets.contains { $0.name == name } }
    if !without.isEmpty {
      notes.append(
        "no prompt of \(without.joined(separator: ", ")) has both a right and a wrong response")
    }
    notes.append("the curve ends at k = \(most), the smallest number of responses of any prompt")
    if all == nil {
      notes.append("no prompt has both a right and a wrong response: overall is the end score")
    }
    let micro = Quantity(
      "micro", rule: "every prompt counts equally",
      all?.formula ?? curve(-1) { _ in true }[most - 1])
    let rule = "mean of \(counted(subsets.count, "subset"))"
    return Scheme(
      subsets: subsets, sections: [],
      overall: subsets.isEmpty
        ? Quantity("overall", rule: micro.rule, micro.formula)
        : .mean("overall", rule: rule, of: subsets),
      averages: [micro] + (subsets.isEmpty ? [] : [.mean("macro", rule: rule, of: subsets)]),
      details: points.compactMap { share("best of \($0)", 2 * $0 - 1) { _ in true } }
        + numbers("") { _ in true }
        + (names.count > 1 ? names.flatMap { name in numbers(name) { $0.subset == name } } : []),
      notes: notes)
  }
}

extension ScoredPrompt {
  /// The share of pairs of a right and a wrong response that are in order; nil without such pairs.
  fileprivate func pairs(_ isRight: [Bool]) -> Trial? {
    var inOrder = 0
    var ties = 0
    var count = 0
    for better in responses.indices where isRight[better] {
      for worse in responses.indices where !isRight[worse] {
        count += 1
        if responses[better].score > responses[worse].score { inOrder += 1 }
        if responses[better].score == responses[worse].score { ties += 1 }
      }
    }
    guard count > 0 else { return nil }
    return Trial(Double(inOrder) / Double(count), isTie: ties > 0)
  }
}
