/// Two score columns on the same pairs: how much they differ, and whether that may be chance.
package import TareCore

package struct Comparison: Sendable {
  package let benchmark: String
  package let differences: Breakdown<Difference>

  /// - Parameters a, b: the same pairs in the same order.
  init(
    benchmark: String, scheme: Scheme, a: [ScoredPair], b: [ScoredPair], strata: [Stratum],
    bootstrap: Bootstrap
  ) {
    self.benchmark = benchmark
    differences = Difference.breakdown(scheme, a, b, strata, bootstrap)
  }

  package var json: JSONValue { .object(differences.json(of: benchmark, \.json)) }
}

/// What changes in one number from one score column to another.
package struct Difference: Sendable, Hashable {
  /// The accuracies.
  package let a: Double
  package let b: Double
  /// Pairs.
  package let n: Int
  /// 95% interval of b − a, from a bootstrap over prompts.
  package let interval: ClosedRange<Double>
  /// Pairs that only b has right.
  package let gained: Int
  /// Pairs that only a has right.
  package let lost: Int
  /// Two-sided p value of the exact McNemar test on these pairs, each counted alike.
  package let p: Double

  /// b − a.
  package var value: Double { b - a }

  package var json: JSONValue {
    .object([
      "a": .double(a), "b": .double(b), "difference": .double(value), "interval": interval.json,
      "n": .int(n), "gained": .int(gained), "lost": .int(lost), "p": .double(p),
    ])
  }

  fileprivate static func breakdown(
    _ scheme: Scheme, _ a: [ScoredPair], _ b: [ScoredPair], _ strata: [Stratum],
    _ bootstrap: Bootstrap
  ) -> Breakdown<Difference> {
    /// 1 for a pair that only b has right, -1 for one that only a has right, otherwise 0.
    func change(_ row: Int) -> Int32 {
      (b[row].outcome == .correct ? 1 : 0) - (a[row].outcome == .correct ? 1 : 0)
    }
    let before = strata.map { $0.correct(a) }
    let after = strata.map { $0.correct(b) }
    let intervals = bootstrap.intervals(
      strata: strata.map { $0.tallies(change) }, weights: scheme.all.map(\.weights))
    let differences = zip(scheme.all, intervals).map { mean, interval in
      let rows = mean.rows(of: strata)
      let gained = rows.count { change($0) > 0 }
      let lost = rows.count { change($0) < 0 }
      return Difference(
        a: mean.value(before, of: strata), b: mean.value(after, of: strata), n: rows.count,
        interval: interval, gained: gained, lost: lost,
        p: Proportion.mcNemar(gained: gained, lost: lost))
    }
    return Breakdown(scheme, differences)
  }
}
