/// The result of a benchmark: every number with its interval.
package import TareCore

package struct Evaluation: Sendable {
  package let benchmark: String
  package let accuracies: Breakdown<Accuracy>
  /// By which response of the pair is longer; empty where lengths are not known.
  package let byLength: [(relation: LengthRelation, accuracy: Accuracy)]
  package let notes: [String]

  init(
    benchmark: String, scheme: Scheme, pairs: [ScoredPair], strata: [Stratum],
    bootstrap: Bootstrap
  ) {
    self.benchmark = benchmark
    notes = scheme.notes
    accuracies = Accuracy.breakdown(scheme, pairs, strata, bootstrap)
    byLength = Evaluation.byLength(pairs, bootstrap)
  }

  private static func byLength(
    _ pairs: [ScoredPair], _ bootstrap: Bootstrap
  ) -> [(relation: LengthRelation, accuracy: Accuracy)] {
    guard pairs.allSatisfy({ $0.lengths != nil }) else { return [] }
    let groups = Dictionary(grouping: pairs) { $0.lengths.map(LengthRelation.init) }
    return LengthRelation.allCases.compactMap { relation in
      guard let members = groups[relation] else { return nil }
      let strata = Stratum.strata(of: members)
      let scheme = Scheme(
        subsets: [], sections: [], overall: .share(relation.rawValue, of: strata), averages: [])
      return (relation, Accuracy.breakdown(scheme, members, strata, bootstrap).overall)
    }
  }

  package var json: JSONValue {
    var object = accuracies.json(of: benchmark, \.json)
    object["by_length"] = .object(
      JSONObject(byLength.map { ($0.relation.rawValue, $0.accuracy) }, \.json))
    object["notes"] = .array(notes.map { .string($0) })
    return .object(object)
  }
}

extension Accuracy {
  /// The accuracy of each number of the scheme, with its interval.
  fileprivate static func breakdown(
    _ scheme: Scheme, _ pairs: [ScoredPair], _ strata: [Stratum], _ bootstrap: Bootstrap
  ) -> Breakdown<Accuracy> {
    let tallies = strata.map { $0.correct(pairs) }
    let isPlain = scheme.all.map { $0.isIndependentShare(of: strata) }
    let bootstrapped =
      isPlain.contains(false)
      ? bootstrap.intervals(strata: tallies, weights: scheme.all.map(\.weights)) : []
    let accuracies = scheme.all.enumerated().map { index, mean in
      let rows = mean.rows(of: strata)
      return Accuracy(
        value: mean.value(tallies, of: strata), n: rows.count,
        ties: rows.count { pairs[$0].outcome == .tie },
        interval: isPlain[index]
          ? Proportion.wilson(rows.count { pairs[$0].outcome == .correct }, of: rows.count)
          : bootstrapped[index],
        method: isPlain[index] ? .wilson : .bootstrap, rule: mean.rule)
    }
    return Breakdown(scheme, accuracies)
  }
}
