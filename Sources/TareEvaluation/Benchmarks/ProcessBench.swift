/// ProcessBench (Zheng et al. 2024): does a process reward model find the first wrong step?
package import TareCore

/// A row is a solution with the score of each step and as its label the first wrong step, counted from
/// 0, or −1. A model names the first step that scores below the threshold, or none. F1 is the harmonic
/// mean of its accuracies on wrong and on right solutions; the total is the mean over subsets.
package enum ProcessBench: TrialBenchmark {
  package static let key = "processbench"
  package static let summary = "ProcessBench: F1 of the first wrong step, from step scores"
  package static let trial = "solution"
  package static let measure = "F1"

  /// The subsets' sizes (Qwen/ProcessBench, 3,400 rows; arXiv 2412.06559).
  package static let published = [
    PublishedSet(
      "ProcessBench", unit: "solution",
      parts: [("gsm8k", 400), ("math", 1000), ("olympiadbench", 1000), ("omnimath", 1000)])
  ]

  private enum Column: Int, CaseIterable {
    case wrong, right

    var name: String { self == .wrong ? "wrong solutions" : "right solutions" }
  }

  package static func recognises(_ responses: ScoredResponses) -> Bool {
    !responses.isEmpty && responses.allSatisfy { !$0.steps.isEmpty && $0.label != nil }
  }

  package static func sheet(
    of responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    var prompts: [TriedPrompt] = []
    for prompt in try ScoredPrompt.prompts(of: responses) {
      var trials: [Trial] = []
      for (position, solution) in prompt.responses.enumerated() {
        let steps = solution.steps
        guard !steps.isEmpty else {
          throw prompt.error(at: position, found: "no scores of steps", accepted: "a list 'steps'")
        }
        guard let label = solution.label, let first = Int(exactly: label), first >= -1,
          first < steps.count
        else {
          throw prompt.error(
            at: position, found: solution.label.map { "the label \($0)" } ?? "no label",
            accepted: "the first wrong step from 0 to \(steps.count - 1), or -1")
        }
        let named = steps.firstIndex { $0 < options.threshold } ?? -1
        let column: Column = first < 0 ? .right : .wrong
        trials.append(
          Trial(named == first ? 1 : 0, column: column.rawValue, place: [solution.index]))
      }
      // Solutions of one problem go together; resamples keep the numbers of both kinds.
      let kinds = Column.allCases.filter { column in
        trials.contains { $0.column == column.rawValue }
      }
      prompts.append(
        TriedPrompt(
          id: prompt.id, section: prompt.section, subset: prompt.subset,
          kind: kinds.map(\.name).joined(separator: " and "), trials: trials))
    }
    return TrialSheet(prompts, columns: Column.allCases.map { .init($0.name) })
  }

  package static func scheme(for sheet: TrialSheet, _ options: EvaluationOptions) -> Scheme {
    let strata = sheet.strata
    var notes = ["a step that scores below \(options.threshold) counts as wrong"]
    func f1(_ name: String, where isMember: (Stratum) -> Bool) -> Quantity {
      let members = strata.indices.filter { isMember(strata[$0]) }
      let means = Column.allCases.compactMap { column -> Formula? in
        let counting = members.filter { strata[$0].trialCounts[column.rawValue] > 0 }
        return counting.isEmpty ? nil : .mean(column: column.rawValue, strata: counting)
      }
      guard means.count == 2 else {
        notes.append("\(name) has only right or only wrong solutions: accuracy instead of F1")
        return Quantity(name, rule: "accuracy", means[0])
      }
      return Quantity(name, rule: "F1", .harmonicMean(means[0], means[1]))
    }
    let subsets = distinct(strata.compactMap(\.subset)).map { name in
      f1(name) { $0.subset == name }
    }
    let all = f1("micro") { _ in true }
    let details = Column.allCases.compactMap { column -> Quantity? in
      let counting = strata.indices.filter { strata[$0].trialCounts[column.rawValue] > 0 }
      return counting.isEmpty
        ? nil : Quantity(column.name, .mean(column: column.rawValue, strata: counting))
    }
    let micro = Quantity("micro", rule: "F1 of all solutions", all.formula)
    guard !subsets.isEmpty else {
      return Scheme(
        subsets: [], sections: [], overall: Quantity("overall", rule: micro.rule, micro.formula),
        averages: [micro], details: details, notes: distinct(notes))
    }
    let rule = "mean F1 of \(counted(subsets.count, "subset"))"
    return Scheme(
      subsets: subsets, sections: [], overall: .mean("overall", rule: rule, of: subsets),
      averages: [micro, .mean("macro", rule: rule, of: subsets)], details: details,
      notes: distinct(notes))
  }
}
