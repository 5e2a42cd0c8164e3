/// AlpacaEval (Li et al. 2023; Dubois et al. 2024): how often a judge prefers a model to the baseline.
internal import Foundation
package import TareCore

/// A prompt has the baseline's answer (index 0) and the model's (index 1). Where the two scores are the
/// judge's probabilities, which sum to 1, the model's is its preference; other scores, such as a reward
/// model's, make the higher one win, and a tie half a win.
package enum AlpacaEval: TrialBenchmark {
  package static let key = "alpacaeval"
  package static let summary =
    "AlpacaEval: win rate against the baseline, plain and length-controlled"
  package static let trial = "instruction"
  package static let measure = "win rate"

  /// Refits of the length-controlled rate in the bootstrap; more change its interval by less than its last digit.
  private static let mostRefits = 1000
  package static let lengthControlled = "length-controlled"

  /// 805 instructions (tatsu-lab/alpaca_eval). The judge fails on some: published models have 802 to 805,
  /// and count as whole.
  package static let published = [
    PublishedSet("AlpacaEval", unit: "instruction", mayLack: 8, parts: [("", 805)])
  ]

  package static func publishedPart(section: String?, subset: String?) -> String? { "" }

  /// The covariate that marks a score as a judge's preference.
  private static let mark = "preference"

  private struct Duel {
    let prompt: ScoredPrompt
    let baseline: ScoredResponse
    let model: ScoredResponse
  }

  package static func recognises(_ responses: ScoredResponses) -> Bool {
    !responses.isEmpty && responses.covariate(mark)?.allSatisfy { $0 == 1 } ?? false
  }

  private static func duels(of responses: ScoredResponses) throws(TareError) -> [Duel] {
    try ScoredPrompt.prompts(of: responses).map { (prompt) throws(TareError) in
      let sides = prompt.responses.sorted { $0.index < $1.index }
      guard sides.count == 2 else {
        throw prompt.error(
          found: "\(sides.count) responses", accepted: "two, the baseline's and the model's")
      }
      return Duel(prompt: prompt, baseline: sides[0], model: sides[1])
    }
  }

  /// Whether the scores are the judge's probabilities.
  private static func arePreferences(_ duels: [Duel]) -> Bool {
    duels.allSatisfy { duel in
      (0...1).contains(duel.model.score) && abs(duel.model.score + duel.baseline.score - 1) < 1e-9
    }
  }

  private static func preferences(_ duels: [Duel]) -> [Double] {
    guard !arePreferences(duels) else { return duels.map(\.model.score) }
    return duels.map { duel in
      duel.model.score == duel.baseline.score ? 0.5 : duel.model.score > duel.baseline.score ? 1 : 0
    }
  }

  package static func sheet(
    of responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    let duels = try duels(of: responses)
    let prompts = zip(duels, preferences(duels)).map { duel, preference in
      TriedPrompt(
        id: duel.prompt.id, section: duel.prompt.section, subset: duel.prompt.subset,
        trials: [
          Trial(
            preference, isTie: preference == 0.5, margin: duel.model.score - duel.baseline.score),
          Trial(preference > 0.5 ? 1 : preference == 0.5 ? 0.5 : 0, column: 1),
        ])
    }
    return TrialSheet(prompts, columns: [.init("win rate"), .init("discrete", isCounted: false)])
  }

  package static func scheme(for sheet: TrialSheet, _ options: EvaluationOptions) -> Scheme {
    var scheme = Scheme.micro(sheet.strata, of: "instruction")
    scheme.averages += [
      .share(
        "discrete", rule: "a preference above 1/2 counts as a win, 1/2 as half a win",
        of: sheet.strata, column: 1)
    ]
    return scheme
  }

  package static func evaluate(
    _ responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> Evaluation {
    var evaluation = try evaluation(of: responses, options)
    let duels = try duels(of: responses)
    if let rate = lengthControlledRate(duels, options) {
      evaluation.accuracies.averages.append((lengthControlled, rate))
      if let rule = rate.rule { evaluation.notes.append("\(lengthControlled): \(rule)") }
    } else {
      evaluation.notes.append(
        "no length-controlled win rate: it requires known lengths and at least two instructions")
    }
    if !arePreferences(duels) {
      evaluation.notes.append("the scores are not preferences: the higher score wins")
    }
    return evaluation
  }

  /// AlpacaEval 2's generalised linear model, for each instruction
  ///
  ///     logit p = θ + φ·tanh(Δ / sd(Δ)) + ψ·γ      Δ = length of the model's answer − the baseline's
  ///
  /// predicted at Δ = 0 and averaged. Two of its inputs are not public; `LengthControl` and
  /// `InstructionDifficulty` say what stands for them.
  private static func lengthControlledRate(
    _ duels: [Duel], _ options: EvaluationOptions
  ) -> Accuracy? {
    let sorted = duels.sorted { $0.prompt.id < $1.prompt.id }
    guard let rows = rows(sorted, Array(sorted.indices), length: options.length) else { return nil }
    let known = sorted.compactMap { options.difficulty[$0.prompt.id] }
    let isKnown = known.count == sorted.count
    let control = LengthControl(
      difficulties: isKnown ? known : Array(repeating: 0, count: sorted.count))
    let fit = control.search(rows, counts: Array(repeating: 1, count: rows.count))
    let weights = fit.weights
    var random = Xoshiro256(seed: options.bootstrap.seed)
    let rates = (0..<min(options.bootstrap.resamples, mostRefits)).map { _ in
      var counts = [Double](repeating: 0, count: rows.count)
      for _ in 0..<rows.count { counts[random.next(below: rows.count)] += 1 }
      return control.winRate(
        rows, control.fit(rows, counts: counts, from: weights), counts: counts)
    }
    return Accuracy(
      value: control.winRate(rows, weights, counts: Array(repeating: 1, count: rows.count)),
      n: rows.count, interval: ClosedRange(percentilesOf: rates),
      rule: "approximation of AlpacaEval's model, "
        + (isKnown
          ? "instruction difficulties fitted to these models" : "no instruction difficulties")
        + notConverged(fit.didConverge, !isKnown || options.difficultyDidConverge))
  }

  /// What did not end, for the rule of the rate; nothing where all did.
  private static func notConverged(_ weights: Bool, _ difficulties: Bool) -> String {
    var searches: [String] = []
    if !weights { searches.append("the model's weights (\(LengthControl.mostSteps) steps)") }
    if !difficulties {
      searches.append("the difficulties (\(InstructionDifficulty.mostRounds) rounds)")
    }
    return searches.isEmpty ? "" : "; not converged: \(searches.joined(separator: ", "))"
  }

  /// - Parameter instructions: the number of each duel's instruction.
  /// - Returns: nil if a length is not known.
  private static func rows(
    _ duels: [Duel], _ instructions: [Int], length: String
  ) -> LengthControl.Rows? {
    let differences = duels.compactMap { duel in
      duel.model.covariates[length].flatMap { model in
        duel.baseline.covariates[length].map { model - $0 }
      }
    }
    guard differences.count == duels.count, duels.count > 1 else { return nil }
    return LengthControl.Rows(
      instructions: instructions, preferences: preferences(duels), differences: differences)
  }
}

// MARK: - Several models

extension AlpacaEval {
  /// How hard each instruction is to win, by prompt, from several models' preferences.
  ///
  /// - Returns: nothing for one model, and where lengths are not known; and whether the fit ended.
  package static func difficulty(
    of models: [ScoredResponses], length: String
  ) -> (byPrompt: [String: Double], didConverge: Bool) {
    guard models.count > 1 else { return ([:], true) }
    let all = models.compactMap { try? duels(of: $0) }
    // In an order of their own, so that the order of the rows changes nothing.
    let ids = Set(all.joined().map(\.prompt.id)).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: zip(ids, ids.indices))
    let rows = all.compactMap { duels in
      self.rows(duels, duels.compactMap { numbers[$0.prompt.id] }, length: length)
    }
    guard rows.count == models.count else { return ([:], true) }
    let found = InstructionDifficulty.estimate(rows, instructions: ids.count)
    return (
      Dictionary(uniqueKeysWithValues: zip(ids, found.difficulties)), found.didConverge
    )
  }
}
