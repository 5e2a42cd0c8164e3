/// Preference pairs of any origin, with subsets and sections where the rows name them.

/// Every pair counts alike, within a subset, a section and the total (micro); the macro average,
/// the plain mean of the sections (of the subsets where there are no sections), stands beside it.
package enum Pairs: PairBenchmark {
  package static let key = "pairs"
  package static let summary = "any preference pairs; every pair counts alike, macro beside it"

  package static func recognises(subsets: Set<String>) -> Bool { true }

  package static func section(of pair: ScoredPair) -> String? { pair.section }

  package static func scheme(for strata: [Stratum]) -> Scheme {
    let subsets = distinct(strata.compactMap(\.subset)).map { name in
      WeightedMean.share(name, of: strata) { $0.subset == name }
    }
    let sections = distinct(strata.compactMap(\.section)).map { name in
      WeightedMean.share(name, of: strata) { $0.section == name }
    }
    var averages = [WeightedMean.share("micro", rule: "every pair counts alike", of: strata)]
    let parts = sections.isEmpty ? subsets : sections
    if !parts.isEmpty {
      let kind = sections.isEmpty ? "subsets" : "sections"
      averages.append(.mean("macro", rule: "mean of \(parts.count) \(kind)", of: parts))
    }
    return Scheme(
      subsets: subsets, sections: sections,
      overall: .share("overall", rule: "every pair counts alike (micro)", of: strata),
      averages: averages)
  }

  private static func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
