/// Benchmarks that count pairs: the better response must score strictly higher.
package import TareCore

/// A new one says which section a pair belongs to and how subsets are averaged.
package protocol PairBenchmark: Benchmark {
  /// The section of a pair.
  ///
  /// - Throws: `TareError.badData` for a pair that has no place in the benchmark.
  static func section(of pair: ScoredPair) throws(TareError) -> String?

  static func scheme(for strata: [Stratum]) -> Scheme
}

extension PairBenchmark {
  package static func evaluate(
    _ responses: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> Evaluation {
    let pairs = try arrangedPairs(of: responses, options)
    let strata = Stratum.strata(of: pairs)
    return Evaluation(
      benchmark: key, scheme: scheme(for: strata), pairs: pairs, strata: strata,
      bootstrap: options.bootstrap)
  }

  package static func compare(
    _ a: [ScoredResponse], _ b: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> Comparison {
    let pairs = try arrangedPairs(of: a, options)
    let others = try ScoredPair.matched(try arrangedPairs(of: b, options), to: pairs)
    let strata = Stratum.strata(of: pairs)
    return Comparison(
      benchmark: key, scheme: scheme(for: strata), a: pairs, b: others, strata: strata,
      bootstrap: options.bootstrap)
  }

  private static func arrangedPairs(
    of responses: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> [ScoredPair] {
    var pairs = try ScoredPair.pairs(of: responses, length: options.length)
    guard !pairs.isEmpty else {
      throw .badData(place: key, found: "no pairs", accepted: "one pair or more")
    }
    for index in pairs.indices { pairs[index].section = try section(of: pairs[index]) }
    return pairs
  }
}

extension ScoredPair {
  private struct Key: Hashable {
    let section: String?
    let subset: String?
    let promptID: String
    let chosenIndex: Int
    let rejectedIndex: Int

    init(_ pair: ScoredPair) {
      section = pair.section
      subset = pair.subset
      promptID = pair.promptID
      chosenIndex = pair.chosenIndex
      rejectedIndex = pair.rejectedIndex
    }
  }

  /// These pairs in the order of `pairs`.
  ///
  /// - Throws: `TareError.badData` that names a pair which one side lacks.
  static func matched(
    _ others: [ScoredPair], to pairs: [ScoredPair]
  ) throws(TareError) -> [ScoredPair] {
    var waiting: [Key: ScoredPair] = [:]
    for other in others { waiting[Key(other)] = other }
    var matched: [ScoredPair] = []
    for pair in pairs {
      guard let other = waiting.removeValue(forKey: Key(pair)) else {
        throw .badData(
          place: "comparison", found: "prompt \(pair.promptID) only in the first scores",
          accepted: "the same pairs in both")
      }
      matched.append(other)
    }
    if let extra = others.first(where: { waiting[Key($0)] != nil }) {
      throw .badData(
        place: "comparison", found: "prompt \(extra.promptID) only in the second scores",
        accepted: "the same pairs in both")
    }
    return matched
  }
}
