/// Best-of-n sets of any origin: is the response that scores highest a right one?
package import TareCore

/// Right are the responses marked as chosen or labelled 1; where labels grade them, those with the
/// prompt's highest label. One labelled 0 never is, so that a prompt without a right response counts as
/// wrong whatever is chosen. Responses that share the highest score share the prompt.
package enum BestOfN: TrialBenchmark {
  package static let key = "bestofn"
  package static let summary =
    "any candidates with labels: how often the highest-scoring one is right"
  package static let trial = "prompt"

  /// Whether all that has no role is of ties, two responses of a half each beside pairs.
  private static func arePairsAndTies(_ responses: ScoredResponses) -> Bool {
    let members = responses.groups.members
    return (0..<responses.groups.count).allSatisfy { group in
      let rows = members[group]
      return responses.isTie(rows) || rows.allSatisfy { responses.roles[Int($0)] != .response }
    }
  }

  package static func recognises(_ responses: ScoredResponses) -> Bool {
    guard !responses.isEmpty, responses.steps == nil else { return false }
    let unnamed = responses.roles.count { $0 == .response }
    if unnamed == responses.count {
      return responses.labels.map { !$0.contains(where: ScoredResponses.isMissing) } ?? false
    }
    // Grades, some of which look like roles.
    if unnamed > 0 {
      return responses.indices.allSatisfy { !ScoredResponses.isMissing(responses.goodness($0)) }
        && !arePairsAndTies(responses)
    }
    // Candidates of which all may be right, or none: no pairs.
    let members = responses.groups.members
    var (hasMany, hasOneRole) = (false, false)
    for group in 0..<responses.groups.count {
      let rows = members[group]
      let role = responses.roles[Int(rows[rows.startIndex])]
      if rows.count > 2 { hasMany = true }
      if rows.allSatisfy({ responses.roles[Int($0)] == role }) { hasOneRole = true }
      if hasMany, hasOneRole { return true }
    }
    return false
  }

  /// Prompts that are counted, those left out, and what the labels are.
  fileprivate struct Sets {
    let responses: ScoredResponses
    let members: PromptGroups.Members
    /// Numbered as by the responses' groups, in the order of their first rows.
    private(set) var counted: [Int] = []
    /// [row]
    private(set) var isRight: [Bool]
    /// Prompts with one graded response: the highest grade of one says nothing.
    private(set) var ungraded = 0
    let scale: LabelScale

    init(_ responses: ScoredResponses) throws(TareError) {
      self.responses = responses
      scale = LabelScale(responses)
      let groups = responses.groups
      members = groups.members
      isRight = [Bool](repeating: false, count: responses.count)
      try ScoredPrompt.check(responses)
      for group in 0..<groups.count {
        let rows = members[group]
        let grades = rows.map { responses.goodness(Int($0)) }
        if let position = grades.firstIndex(where: ScoredResponses.isMissing) {
          throw ScoredPrompt(rows, of: responses).error(
            at: position, found: "a response without a label",
            accepted: "chosen, rejected, or a number")
        }
        for (row, isRight) in zip(rows, scale.right(grades)) { self.isRight[Int(row)] = isRight }
        if scale == .grades, rows.count == 1 { ungraded += 1 } else { counted.append(group) }
      }
      if groups.count > 0, groups.count == responses.count {
        throw .badData(
          place: BestOfN.key, found: "no prompt with two responses (\(groups.count) prompts)",
          accepted: "prompts with several responses "
            + (scale == .grades
              ? "(name the column that groups the responses to one prompt)"
              : "(for single right or wrong responses use the benchmark unpaired)"))
      }
    }
  }

  package static func sheet(
    of responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    let sets = try Sets(responses)
    var trials = TrialColumns()
    trials.reserve(3 * sets.counted.count, places: 0)
    var starts: [Int32] = [0]
    var strata = GroupStrata(responses, nil)
    var stratumOfPrompt: [Int32] = []
    for group in sets.counted {
      sets.append(group, to: &trials)
      starts.append(Int32(trials.count))
      let rows = sets.members[group]
      stratumOfPrompt.append(strata.number(of: group, Int(rows[rows.startIndex])))
    }
    let ranks = responses.groups.ranks
    return TrialSheet(
      columns: [
        .init("best"), .init("random choice", isCounted: false),
        .init("perfect choice", isCounted: false),
      ], trials: trials, starts: starts, ids: sets.counted.map { responses.groups.ids[$0] },
      stratumOfPrompt, strata.keys, ranks: sets.counted.map { ranks[$0] })
  }

  package static func scheme(for sheet: TrialSheet, _ options: EvaluationOptions) -> Scheme {
    var scheme = Scheme.micro(sheet.strata, of: "prompt")
    scheme.details = [1, 2].map { .share(sheet.columns[$0].name, of: sheet.strata, column: $0) }
    return scheme
  }

  package static func evaluate(
    _ responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> Evaluation {
    var evaluation = try evaluation(of: responses, options)
    evaluation.notes += notes(on: try Sets(responses))
    return evaluation
  }

  private static func notes(on sets: Sets) -> [String] {
    var (without, level, single) = (0, 0, 0)
    for group in sets.counted {
      let rows = sets.members[group]
      let right = rows.count { sets.isRight[Int($0)] }
      if right == 0 { without += 1 }
      if rows.count > 1, right == rows.count { level += 1 }
      if rows.count == 1 { single += 1 }
    }
    var notes: [String] = []
    if without > 0 {
      notes.append(
        "\(counted(without, "prompt")) without a right response: always counted as wrong"
      )
    }
    if level > 0 {
      notes.append(
        "\(counted(level, "prompt")) with right responses only: always counted as right"
      )
    }
    if single > 0 {
      notes.append("\(counted(single, "prompt")) with one response: there is no choice")
    }
    if sets.ungraded > 0 {
      notes.append(
        "\(counted(sets.ungraded, "prompt")) with one graded response left out: "
          + "there is nothing to compare it with")
    }
    if sets.scale == .grades {
      notes.append("the labels are grades: the highest grade of a prompt is right, unless it is 0")
    }
    return notes
  }
}

extension BestOfN.Sets {
  /// The three trials of a prompt: its best response, one at random, and whether it has a right one.
  fileprivate func append(_ group: Int, to trials: inout TrialColumns) {
    let rows = members[group]
    var best = -Double.infinity
    var (holders, rightHolders, right) = (0, 0, 0)
    var highest = (right: -Double.infinity, wrong: -Double.infinity)
    for row in rows {
      let score = responses.scores[Int(row)]
      let isRight = isRight[Int(row)]
      if score > best { (best, holders, rightHolders) = (score, 0, 0) }
      if score == best {
        holders += 1
        if isRight { rightHolders += 1 }
      }
      if isRight {
        right += 1
        highest.right = max(highest.right, score)
      } else {
        highest.wrong = max(highest.wrong, score)
      }
    }
    let hasBoth = right > 0 && right < rows.count
    let margin = hasBoth ? highest.right - highest.wrong : nil
    let share = Double(rightHolders) / Double(holders)
    trials.append(Trial(share, isTie: margin == 0, margin: margin), column: 0)
    trials.append(Trial(Double(right) / Double(rows.count)), column: 1)
    trials.append(Trial(right > 0 ? 1 : 0), column: 2)
  }
}
