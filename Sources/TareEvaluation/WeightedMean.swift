/// The numbers of an evaluation as weighted means over strata.

/// A mean of subset accuracies: a subset, a section or a total.
package struct WeightedMean: Sendable {
  package let name: String
  /// What is averaged, in words; nil for a plain share of pairs.
  package let rule: String?
  /// Weight of each stratum, summing to 1, [stratum].
  package let weights: [Double]

  /// - Parameter weights: relative to each other, at least one of them above 0.
  package init(_ name: String, rule: String? = nil, weights: [Double]) {
    let total = weights.reduce(0, +)
    self.name = name
    self.rule = rule
    self.weights = weights.map { $0 / total }
  }

  /// The share of correct pairs among those of the strata that `isMember` picks.
  package static func share(
    _ name: String, rule: String? = nil, of strata: [Stratum],
    where isMember: (Stratum) -> Bool = { _ in true }
  ) -> WeightedMean {
    WeightedMean(
      name, rule: rule, weights: strata.map { isMember($0) ? Double($0.pairCount) : 0 })
  }

  /// The mean of other means, by default each with the same weight.
  package static func mean(
    _ name: String, rule: String, of means: [WeightedMean], weights: [Double]? = nil
  ) -> WeightedMean {
    let factors = weights ?? means.map { _ in 1 }
    let strata = means.first?.weights.indices ?? 0..<0
    return WeightedMean(
      name, rule: rule,
      weights: strata.map { stratum in
        zip(factors, means).reduce(0) { $0 + $1.0 * $1.1.weights[stratum] }
      })
  }
}

extension WeightedMean {
  /// Strata that count.
  private var members: [Int] { weights.indices.filter { weights[$0] > 0 } }

  /// The rows of the pairs behind it.
  func rows(of strata: [Stratum]) -> [Int] {
    members.flatMap { strata[$0].prompts.joined() }
  }

  /// The mean itself, of a quantity summed over the pairs of each prompt, [stratum][prompt].
  func value(_ tallies: [[Tally]], of strata: [Stratum]) -> Double {
    // Of a share no digit is lost to weights: it is one integer divided by another.
    isShare(of: strata)
      ? members.flatMap { tallies[$0] }.share : weightedSum(weights, tallies.map(\.share))
  }

  /// Whether every pair counts alike.
  private func isShare(of strata: [Stratum]) -> Bool {
    let total = Double(members.reduce(0) { $0 + strata[$1].pairCount })
    return members.allSatisfy {
      abs(weights[$0] - Double(strata[$0].pairCount) / total) < 1e-12
    }
  }

  /// Whether every pair counts alike and has a prompt of its own.
  func isIndependentShare(of strata: [Stratum]) -> Bool {
    isShare(of: strata) && members.allSatisfy { strata[$0].prompts.allSatisfy { $0.count == 1 } }
  }
}

/// Which numbers a benchmark reports.
package struct Scheme: Sendable {
  package let subsets: [WeightedMean]
  package let sections: [WeightedMean]
  /// The benchmark's own total.
  package let overall: WeightedMean
  /// Other totals, by name.
  package let averages: [WeightedMean]
  /// What the reader must know about the numbers.
  package let notes: [String]

  package init(
    subsets: [WeightedMean], sections: [WeightedMean], overall: WeightedMean,
    averages: [WeightedMean], notes: [String] = []
  ) {
    self.subsets = subsets
    self.sections = sections
    self.overall = overall
    self.averages = averages
    self.notes = notes
  }

  /// Every mean, in the order in which `Breakdown` takes their values.
  var all: [WeightedMean] { subsets + sections + [overall] + averages }
}
