/// Best-of-n sets of any origin: is the response that scores highest a right one?
package import TareCore

/// Right are the responses marked as chosen or labelled 1; where labels grade them, those with the
/// prompt's highest label. One labelled 0 never is, so that a prompt without a right response counts as
/// wrong whatever is chosen. Responses that share the highest score share the prompt.
package enum BestOfN: TrialBenchmark {
  package static let key = "bestofn"
  package static let summary = "any candidates with labels; is the one that scores highest right?"
  package static let trial = "prompt"

  /// Whether all that has no role is of ties, two responses of a half each beside pairs.
  private static func arePairsAndTies(_ responses: [ScoredResponse]) -> Bool {
    guard responses.allSatisfy({ $0.role != .response || $0.label == 0.5 }) else { return false }
    return PromptGroups(of: responses).rows.allSatisfy { rows in
      let isTie = rows.count == 2 && rows.allSatisfy { responses[$0].role == .response }
      return isTie || rows.allSatisfy { responses[$0].role != .response }
    }
  }

  package static func recognises(_ responses: [ScoredResponse]) -> Bool {
    guard !responses.isEmpty, responses.allSatisfy(\.steps.isEmpty) else { return false }
    let rows = PromptGroups(of: responses).rows
    if responses.allSatisfy({ $0.role == .response }) {
      return responses.allSatisfy { $0.label != nil }
    }
    // Grades, some of which look like roles.
    if responses.contains(where: { $0.role == .response }) {
      return responses.allSatisfy { $0.grade != nil } && !arePairsAndTies(responses)
    }
    // Candidates of which all may be right, or none: no pairs.
    return rows.contains { $0.count > 2 }
      && rows.contains { rows in
        Set(rows.map { responses[$0].role }).count == 1
      }
  }

  /// A prompt, and which of its responses are right.
  fileprivate struct Candidates {
    let prompt: ScoredPrompt
    let isRight: [Bool]
  }

  /// Prompts that are counted, those left out, and what the labels are.
  fileprivate struct Sets {
    var counted: [Candidates] = []
    /// Prompts with one graded response: the highest grade of one says nothing.
    var ungraded = 0
    let scale: LabelScale

    init(_ responses: [ScoredResponse]) throws(TareError) {
      scale = LabelScale(responses)
      let prompts = try ScoredPrompt.prompts(of: responses)
      for prompt in prompts {
        let isRight = scale.right(try prompt.grades())
        if scale == .grades, prompt.responses.count == 1 {
          ungraded += 1
        } else {
          counted.append(Candidates(prompt: prompt, isRight: isRight))
        }
      }
      if !prompts.isEmpty, prompts.allSatisfy({ $0.responses.count == 1 }) {
        throw .badData(
          place: BestOfN.key, found: "no prompt with two responses (\(prompts.count) prompts)",
          accepted: "prompts with several responses; "
            + (scale == .grades
              ? "a column names which rows answer the same prompt"
              : "single responses, each right or wrong, are for the benchmark unpaired"))
      }
    }
  }

  package static func sheet(
    of responses: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    TrialSheet(
      try Sets(responses).counted.map(\.tried),
      columns: [
        .init("best"), .init("random choice", isCounted: false),
        .init("perfect choice", isCounted: false),
      ])
  }

  package static func scheme(for sheet: TrialSheet, _ options: EvaluationOptions) -> Scheme {
    var scheme = Scheme.micro(sheet.strata, of: "prompt")
    scheme.details = [1, 2].map { .share(sheet.columns[$0].name, of: sheet.strata, column: $0) }
    return scheme
  }

  package static func evaluate(
    _ responses: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> Evaluation {
    var evaluation = try evaluation(of: responses, options)
    evaluation.notes += notes(on: try Sets(responses))
    return evaluation
  }

  private static func notes(on sets: Sets) -> [String] {
    func count(_ isMember: (Candidates) -> Bool) -> Int { sets.counted.count(where: isMember) }
    let without = count { !$0.isRight.contains(true) }
    let level = count { $0.isRight.count > 1 && !$0.isRight.contains(false) }
    let single = count { $0.isRight.count == 1 }
    var notes: [String] = []
    if without > 0 {
      notes.append(
        "\(counted(without, "prompt")) without a right response: counted as wrong, whatever is chosen"
      )
    }
    if level > 0 {
      notes.append(
        "\(counted(level, "prompt")) with right responses only: counted as right, whatever is chosen"
      )
    }
    if single > 0 {
      notes.append("\(counted(single, "prompt")) with one response: there is nothing to choose")
    }
    if sets.ungraded > 0 {
      notes.append(
        "\(counted(sets.ungraded, "prompt")) with one graded response left out: "
          + "there is none to compare it with")
    }
    if sets.scale == .grades {
      notes.append("the labels are grades: right is the highest of a prompt, unless it is 0")
    }
    return notes
  }
}

extension BestOfN.Candidates {
  fileprivate var tried: TriedPrompt {
    let scores = prompt.responses.map(\.score)
    let best = scores.max() ?? 0
    let holders = scores.indices.filter { scores[$0] == best }
    let share = Double(holders.count { isRight[$0] }) / Double(holders.count)
    func highest(_ right: Bool) -> Double? {
      scores.indices.filter { isRight[$0] == right }.map { scores[$0] }.max()
    }
    let margin = highest(true).flatMap { right in highest(false).map { right - $0 } }
    return TriedPrompt(
      id: prompt.id, section: prompt.section, subset: prompt.subset,
      trials: [
        Trial(share, isTie: margin == 0, margin: margin),
        Trial(Double(isRight.count { $0 }) / Double(isRight.count), column: 1),
        Trial(isRight.contains(true) ? 1 : 0, column: 2),
      ])
  }
}

extension ScoredPrompt {
  /// - Throws: `TareError.badData` that names the row of a response without role and label.
  fileprivate func grades() throws(TareError) -> [Double] {
    var grades: [Double] = []
    for (position, response) in responses.enumerated() {
      guard let grade = response.grade else {
        throw error(
          at: position, found: "a response without a label",
          accepted: "chosen, rejected, or a number")
      }
      grades.append(grade)
    }
    return grades
  }
}
