/// Best-of-n sets of any origin: is the response that scores highest a right one?
package import TareCore

/// Right are the responses marked as chosen, or those with the prompt's highest label where labels
/// grade them. Responses that share the highest score share the prompt.
package enum BestOfN: TrialBenchmark {
  package static let key = "bestofn"
  package static let summary = "any candidates with labels; is the one that scores highest right?"
  package static let trial = "prompt"

  package static func recognises(_ responses: [ScoredResponse]) -> Bool {
    guard !responses.isEmpty, responses.allSatisfy(\.steps.isEmpty) else { return false }
    if responses.allSatisfy({ $0.role == .response }) {
      return responses.allSatisfy { $0.label != nil }
    }
    // Candidates of which all may be right, or none: no pairs.
    guard responses.allSatisfy({ $0.role != .response }) else { return false }
    let rows = PromptGroups(of: responses).rows
    return rows.contains { $0.count > 2 }
      && rows.contains { rows in
        Set(rows.map { responses[$0].role }).count == 1
      }
  }

  package static func sheet(
    of responses: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    var prompts: [TriedPrompt] = []
    for prompt in try ScoredPrompt.prompts(of: responses) {
      let isRight = try rightOnes(of: prompt)
      let scores = prompt.responses.map(\.score)
      let best = scores.max() ?? 0
      let holders = scores.indices.filter { scores[$0] == best }
      let share = Double(holders.count { isRight[$0] }) / Double(holders.count)
      func highest(_ right: Bool) -> Double? {
        scores.indices.filter { isRight[$0] == right }.map { scores[$0] }.max()
      }
      let margin = highest(true).flatMap { right in highest(false).map { right - $0 } }
      prompts.append(
        TriedPrompt(
          id: prompt.id, section: prompt.section, subset: prompt.subset,
          kind: Set(isRight).count == 1 ? "level" : nil,
          trials: [
            Trial(share, isTie: margin == 0, margin: margin),
            Trial(
              Double(isRight.count { $0 }) / Double(isRight.count), column: 1),
            Trial(isRight.contains(true) ? 1 : 0, column: 2),
          ]))
    }
    return TrialSheet(
      prompts,
      columns: [
        .init("best"), .init("random choice", isCounted: false),
        .init("perfect choice", isCounted: false),
      ])
  }

  private static func rightOnes(of prompt: ScoredPrompt) throws(TareError) -> [Bool] {
    let labels = prompt.responses.map(\.label)
    if let bad = prompt.responses.firstIndex(where: { $0.role == .response && $0.label == nil }) {
      throw prompt.error(
        at: bad, found: "a response without a label", accepted: "chosen, rejected, or a number")
    }
    guard prompt.responses.contains(where: { $0.role == .response }) else {
      return prompt.responses.map { $0.role == .chosen }
    }
    let highest = labels.compactMap(\.self).max()
    return labels.map { $0 == highest }
  }

  package static func scheme(for sheet: TrialSheet, _ options: EvaluationOptions) -> Scheme {
    var scheme = Scheme.micro(sheet.strata, of: "prompt")
    let level = sheet.prompts.count { $0.kind != nil }
    if level > 0 {
      scheme.notes.append(
        "\(counted(level, "prompt")) with equal labels: any choice is as right as another")
    }
    scheme.details = [1, 2].map { .share(sheet.columns[$0].name, of: sheet.strata, column: $0) }
    return scheme
  }
}
