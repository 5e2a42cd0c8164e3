/// Benchmarks that count pairs: the better response must score strictly higher.
package import TareCore

/// A new one says which section a pair belongs to and how subsets are averaged.
package protocol PairBenchmark: TrialBenchmark {
  /// The section of a pair.
  ///
  /// - Throws: `TareError.badData` for a pair that has no place in the benchmark.
  static func section(of pair: ScoredPair) throws(TareError) -> String?
}

extension PairBenchmark {
  package static func sheet(
    of responses: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    var pairs = try ScoredPair.pairs(of: responses, length: options.length)
    for index in pairs.indices { pairs[index].section = try section(of: pairs[index]) }
    return TrialSheet(pairs: pairs)
  }
}

extension TrialSheet {
  /// A trial a pair, in one column.
  package init(pairs: [ScoredPair]) {
    let groups = PromptGroups(keys: pairs.map(ScoredPair.PromptKey.init)) { $0.id }
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
  fileprivate struct PromptKey: Hashable {
    let section: String?
    let subset: String?
    let id: String

    init(_ pair: ScoredPair) {
      section = pair.section
      subset = pair.subset
      id = pair.promptID
    }
  }

  /// RewardBench's rule: right only where the chosen response scores strictly higher.
  var trial: Trial {
    Trial(
      chosen > rejected ? 1 : 0, isTie: chosen == rejected, place: [chosenIndex, rejectedIndex],
      margin: chosen - rejected)
  }
}
