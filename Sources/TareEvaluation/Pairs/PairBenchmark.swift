/// Benchmarks that count pairs: the better response must score strictly higher.
package import TareCore

/// A new one says which section a prompt belongs to and how subsets are averaged.
package protocol PairBenchmark: TrialBenchmark {
  /// The section of a prompt's pairs.
  ///
  /// - Throws: `TareError.badData` for a prompt that has no place in the benchmark.
  static func section(of prompt: ScoredPrompt) throws(TareError) -> String?
}

extension PairBenchmark {
  package static func sheet(
    of responses: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    var pairs: [ScoredPair] = []
    for prompt in try ScoredPrompt.prompts(of: responses) {
      let section = try section(of: prompt)
      for var pair in try ScoredPair.pairs(of: prompt, length: options.length) {
        pair.section = section
        pairs.append(pair)
      }
    }
    return TrialSheet(pairs: pairs)
  }
}

extension PairBenchmark {
  package static func evaluate(
    _ responses: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> Evaluation {
    var evaluation = try evaluation(of: responses, options)
    if let note = try tieNote(responses) { evaluation.notes.append(note) }
    return evaluation
  }

  /// How many prompts are ties, in a sentence; nil where none is.
  private static func tieNote(_ responses: [ScoredResponse]) throws(TareError) -> String? {
    guard responses.contains(where: { $0.role == .response && $0.label == 0.5 }) else { return nil }
    let prompts = try ScoredPrompt.prompts(of: responses)
    let ties = prompts.count(where: \.isTie)
    guard ties > 0 else { return nil }
    return "\(counted(ties, "prompt")) of \(prompts.count.grouped) "
      + "\(ties == 1 ? "is a tie" : "are ties"): neither response is preferred, and they are no pairs"
  }
}

extension TrialSheet {
  /// A trial a pair, in one column.
  package init(pairs: [ScoredPair]) {
    let groups = PromptGroups(keys: pairs.map(\.promptKey)) { $0.id }
    self.init(
      groups.rows.map { rows in
        let first = pairs[rows[0]]
        return TriedPrompt(
          id: first.promptID, section: first.section, subset: first.subset,
          trials: rows.map { pairs[$0].trial })
      })
  }
}

extension ScoredPair {
  var promptKey: PromptKey {
    PromptKey(section: section, subset: subset, id: promptID)
  }

  /// RewardBench's rule: right only where the chosen response scores strictly higher.
  var trial: Trial {
    Trial(
      chosen > rejected ? 1 : 0, isTie: chosen == rejected, place: [chosenIndex, rejectedIndex],
      margin: chosen - rejected)
  }
}
