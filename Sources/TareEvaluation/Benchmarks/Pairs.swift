/// Preference pairs of any origin, with subsets and sections where the rows name them.
package import TareCore

/// Every pair counts alike, within a subset, a section and the total (micro); the macro average,
/// the plain mean of the sections (of the subsets where there are no sections), stands beside it.
package enum Pairs: PairBenchmark {
  package static let key = "pairs"
  package static let summary = "any preference pairs: every pair counts equally (micro); also macro"

  package static func recognises(_ responses: ScoredResponses) -> Bool { true }

  package static func section(of prompt: ScoredPrompt) -> String? { prompt.section }

  package static func sheet(
    of responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    TrialSheet(pairs: try ScoredPairs(responses, length: options.length))
  }

  package static func scheme(for sheet: TrialSheet, _ options: EvaluationOptions) -> Scheme {
    .micro(sheet.strata, of: "pair")
  }
}

extension Scheme {
  /// Shares of trials: every one counts alike; the macro average stands beside.
  ///
  /// - Parameter trial: what a trial is, in a word.
  static func micro(_ strata: [Stratum], of trial: String) -> Scheme {
    let subsets = distinct(strata.compactMap(\.subset)).map { name in
      Quantity.share(name, of: strata) { $0.subset == name }
    }
    let sections = distinct(strata.compactMap(\.section)).map { name in
      Quantity.share(name, of: strata) { $0.section == name }
    }
    let rule = "every \(trial) counts equally"
    var averages = [Quantity.share("micro", rule: rule, of: strata)]
    let parts = sections.isEmpty ? subsets : sections
    if !parts.isEmpty {
      let kind = sections.isEmpty ? "subset" : "section"
      averages.append(
        .mean("macro", rule: "mean of \(counted(parts.count, kind))", of: parts))
    }
    return Scheme(
      subsets: subsets, sections: sections,
      overall: .share("overall", rule: "\(rule) (micro)", of: strata), averages: averages)
  }
}

/// "1 subset", "2 subsets".
func counted(_ count: Int, _ noun: String) -> String {
  guard count != 1 else { return "1 \(noun)" }
  return "\(count) " + (noun.hasSuffix("y") ? noun.dropLast() + "ies" : noun + "s")
}

/// Without repetitions, in order.
func distinct(_ names: [String]) -> [String] {
  var seen: Set<String> = []
  return names.filter { seen.insert($0).inserted }
}
