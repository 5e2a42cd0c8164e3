/// Orders of models against other rankings: coefficients and intervals as scipy and numpy have them.
import Foundation
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct RankAgreementTests {
  private let reference: JSONValue

  init() throws { reference = try JSONValue(parsing: Data(contentsOf: fixture("rankings.json"))) }

  private func numbers(_ value: JSONValue?) -> [Double] {
    value?.array?.compactMap(\.double) ?? []
  }

  @Test func `Spearman's rho and Kendall's tau-b equal scipy's, with ties`() throws {
    let cases = reference["cases"]?.array ?? []
    #expect(cases.count == 9)
    for made in cases {
      let found = try #require(RankAgreement(numbers(made["first"]), numbers(made["second"])))
      // Sums of at most 40 squares of halves.
      #expect(abs(found.spearman - (made["spearman"]?.double ?? .nan)) < 1e-14)
      #expect(abs(found.kendall - (made["kendall"]?.double ?? .nan)) < 1e-14)
    }
  }

  @Test func `where a side is constant there is no order`() {
    #expect(RankAgreement([1, 1, 1], [1, 2, 3]) == nil)
    // Two means of the same numbers, added up in another order.
    let means = [(0.1 + 0.2 + 0.3) / 3, (0.3 + 0.2 + 0.1) / 3, 0.5, 0.1 / 3]
    let tied = RankAgreement(means, [2, 1, 3, 0])
    #expect(tied == RankAgreement([1, 1, 2, 0], [2, 1, 3, 0]))
    #expect(RankAgreement([1, 2, 3], [5, 5, 5]) == nil)
    #expect(RankAgreement([1], [2]) == nil)
    #expect(RankAgreement([], []) == nil)
  }

  private func table(_ made: JSONValue?) -> (scores: PolicyScores, values: [Double]) {
    let raw = (made?["raw"]?.array ?? []).map { numbers($0) }
    let calibrated = (made?["calibrated"]?.array ?? []).map { numbers($0) }
    let rows = raw.indices.map { model in
      PolicyScores.Rows(
        name: "m\(model)", prompts: raw[model].indices.map { "p\($0)" }, raw: raw[model],
        calibrated: calibrated[model])
    }
    return (PolicyScores(rows), numbers(made?["ranking"]))
  }

  /// The two programs draw with other generators. A 2.5% percentile of 2,000 draws has a standard error
  /// of about √(0.025 · 0.975 / 2000) / density, here below 0.02; 0.08 is four of them. The intervals are
  /// 0.2 to 0.9 wide.
  @Test func `intervals over prompts and over models are those of numpy's resamples`() throws {
    let made = reference["bootstrap"]
    let (scores, values) = table(made)
    let found = try RankingComparison(
      scores, values: values, bootstrap: Bootstrap(resamples: 2_000, seed: 3))
    let estimates = try [
      found.spearman.raw, found.kendall.raw, #require(found.spearman.calibrated),
      #require(found.kendall.calibrated), #require(found.spearman.change),
      #require(found.kendall.change),
    ]
    let wanted = numbers(made?["values"])
    for (estimate, value) in zip(estimates, wanted) {
      #expect(abs(estimate.value - value) < 1e-13)
    }
    for (key, own) in [
      ("prompts_intervals", estimates.map(\.prompts)),
      ("models_intervals", estimates.map(\.policies)),
    ] {
      let ends = made?[key]?.array ?? []
      #expect(ends.count == 6)
      for (interval, ends) in zip(own, ends) {
        let interval = try #require(interval)
        #expect(abs(interval.lowerBound - numbers(ends)[0]) < 0.08, "\(key)")
        #expect(abs(interval.upperBound - numbers(ends)[1]) < 0.08, "\(key)")
      }
    }
  }

  @Test func `the order of the rows changes nothing`() throws {
    let (scores, values) = table(reference["bootstrap"])
    let made = reference["bootstrap"]
    let raw = (made?["raw"]?.array ?? []).map { numbers($0) }
    let turned = PolicyScores(
      raw.indices.map { model in
        PolicyScores.Rows(
          name: "m\(model)", prompts: raw[model].indices.reversed().map { "p\($0)" },
          raw: raw[model].reversed(), calibrated: nil)
      })
    let bootstrap = try Bootstrap(resamples: 200, seed: 1)
    let a = try RankingComparison(scores, values: values, bootstrap: bootstrap)
    let b = try RankingComparison(turned, values: values, bootstrap: bootstrap)
    #expect(a.spearman.raw.prompts == b.spearman.raw.prompts)
    #expect(a.kendall.raw.policies == b.kendall.raw.policies)
    #expect(b.spearman.change == nil)
  }

  @Test func `names are matched by a table, and none stands for two models`() throws {
    let ranking = try NamedRanking(
      name: "arena.csv", measure: "Elo", largerIsBetter: true, names: ["A", "B", "C", "D"],
      values: [1, 4, 2, 3])
    let found = try ranking.matches(
      ["A", "b-1.5", "b-1.0", "C", "x"], translations: ["b-1.5": "B", "b-1.0": ""])
    #expect(found.policies == [1, 3, 0])
    #expect(found.values == [4, 2, 1])
    #expect(found.names == ["B", "C", "A"])
    #expect(found.unmatched == ["b-1.0", "x"])
    #expect(throws: TareError.self) {
      try ranking.matches(["A", "a"], translations: ["a": "A"])
    }
    #expect(throws: TareError.self) { try ranking.matches(["A"], translations: ["A": "Z"]) }
    let ranks = try NamedRanking(
      name: "r", measure: "rank", largerIsBetter: false, names: ["A", "B"], values: [1, 2])
    #expect(try ranks.matches(["B", "A"], translations: [:]).policies == [1, 0])
  }
}
