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
    of responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    let pairs = ScoredPairs(regular: responses, length: options.length)
    if pairs == nil { try ScoredPrompt.check(responses) }
    let members = responses.groups.members
    var sections: [String?] = []
    for group in 0..<responses.groups.count {
      let prompt = ScoredPrompt(members[group], of: responses)
      sections.append(try section(of: prompt))
      if pairs == nil { try prompt.requirePairs() }
    }
    guard let pairs else {
      return TrialSheet(pairs: try ScoredPairs(responses, length: options.length))
    }
    return TrialSheet(pairs: pairs, sections: NameColumn(sections))
  }
}

extension PairBenchmark {
  package static func evaluate(
    _ responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> Evaluation {
    var evaluation = try evaluation(of: responses, options)
    if let note = tieNote(responses) { evaluation.notes.append(note) }
    return evaluation
  }

  /// How many prompts are ties, in a sentence; nil where none is.
  private static func tieNote(_ responses: ScoredResponses) -> String? {
    guard responses.labels?.contains(0.5) == true else { return nil }
    let members = responses.groups.members
    let ties = (0..<responses.groups.count).count { responses.isTie(members[$0]) }
    guard ties > 0 else { return nil }
    return "\(counted(ties, "prompt")) of \(responses.groups.count.grouped) "
      + "\(ties == 1 ? "is a tie" : "are ties") without a preferred response: not counted as pairs"
  }
}
