/// Adjusted p values, permutations, ranks, tenths and probabilities, against statsmodels and plain counts.
import Foundation
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct StatisticsTests {
  private let reference: JSONValue
  private let bootstrap: Bootstrap

  init() throws {
    reference = try JSONValue(parsing: Data(contentsOf: fixture("statistics.json")))
    bootstrap = try Bootstrap(resamples: 500)
  }

  private func numbers(_ value: JSONValue?) -> [Double] { value?.array?.compactMap(\.double) ?? [] }

  @Test func `Benjamini and Hochberg's q equals that of statsmodels`() {
    let lists = reference["adjusted"]?.array ?? []
    #expect(lists.count == 3)
    for list in lists {
      let q = BenjaminiHochberg.adjusted(numbers(list["p"]))
      // One product and one division.
      #expect(zip(q, numbers(list["q"])).allSatisfy { abs($0 - $1) < 1e-15 }, "\(q)")
      #expect(q.count == numbers(list["q"]).count)
    }
    #expect(BenjaminiHochberg.adjusted([]).isEmpty)
  }

  @Test func `the exact permutation test counts all signs`() {
    // |±1 ±2 ±3| >= 6: both ends of 8. >= 4: (1, 2, 3), (-1, 2, 3) and their negatives.
    #expect(PairedPermutation(differences: [1, 2, 3], seed: 1).p == 0.25)
    #expect(PairedPermutation(differences: [-1, 2, 3], seed: 1).p == 0.5)
    #expect(PairedPermutation(differences: [1, 0, -1], seed: 1).p == 1)
    #expect(PairedPermutation(differences: [], seed: 1).p == 1)
    #expect(PairedPermutation(differences: [0, 0], seed: 1).p == 1)
    // 0.1 + 0.2 − 0.3 is not 0 in binary: all sums at least as far out, roundings aside.
    #expect(PairedPermutation(differences: [0.1, 0.2, -0.3], seed: 1).p == 1)
    // Unit differences: the sign test, 2·P(X <= 3) of 18 coins.
    let signs = [Double](repeating: 1, count: 15) + [-1, -1, -1]
    let p = PairedPermutation(differences: signs, seed: 1).p
    #expect(abs(p - Proportion.mcNemar(gained: 15, lost: 3)) < 1e-15)
  }

  /// The share of 10,000 draws has a standard error of √(p(1−p)/10,000); five of them.
  @Test(arguments: [(60, 40), (55, 45), (70, 30)])
  func `the drawn permutation test is near the exact sign test`(gained: Int, lost: Int) {
    let differences =
      [Double](repeating: 1, count: gained) + [Double](repeating: -1, count: lost)
    let p = PairedPermutation(differences: differences, seed: 3).p
    let exact = Proportion.mcNemar(gained: gained, lost: lost)
    #expect(
      abs(p - exact) < 5 * (exact * (1 - exact) / 10_000).squareRoot() + 2e-4, "\(p) \(exact)")
    #expect(p == PairedPermutation(differences: differences, seed: 3).p)
    #expect(p > 0)
  }

  @Test func `ranks and their intervals over resamples`() {
    let resamples: [[Double]] = [
      [5, 5, 5, 5], [4, 6, 4, 4], [4, 1, 1, 4],
    ]
    let ranks = RankIntervals(totals: [5, 4, 4], resamples: resamples)
    #expect(ranks.ranks == [1, 2, 2])
    #expect(ranks.intervals == [1...2, 1...2, 2...3])
  }

  @Test func `temperature, log loss and calibration error equal those of statsmodels and numpy`()
    throws
  {
    let cases = reference["probabilities"]?.array ?? []
    #expect(cases.count == 3)
    for item in cases {
      let margins = numbers(item["margins"])
      let made = margins.enumerated().flatMap { index, margin in
        [
          ScoredResponse(
            promptID: "\(index)", index: 0, role: .chosen, score: margin, covariates: [:]),
          ScoredResponse(
            promptID: "\(index)", index: 1, role: .rejected, score: 0, covariates: [:]),
        ]
      }
      let found = try #require(
        BradleyTerryProbabilities(ScoredPair.pairs(of: made), bootstrap))
      guard case .temperature(let temperature, let interval) = found.fit else {
        Issue.record("no temperature")
        return
      }
      let expected = item["temperature"]?.double ?? 0
      // statsmodels stops where the deviance changes by less than 1e-14 of itself.
      #expect(abs(temperature / expected - 1) < 1e-7, "\(temperature), \(expected)")
      #expect(interval.contains(temperature))
      for (quality, name) in [(found.asIs, "as_is"), (try #require(found.fitted), "fitted")] {
        let values = item[name]
        #expect(abs(quality.logLoss - (values?["log_loss"]?.double ?? 0)) < 1e-9)
        #expect(abs(quality.ece - (values?["ece"]?.double ?? 0)) < 1e-7)
      }
      #expect(found.bins.reduce(0) { $0 + $1.n } == margins.count)
    }
  }

  @Test func `margins that are all right, or say nothing, have no temperature`() throws {
    let right = try #require(
      BradleyTerryProbabilities(ScoredPair.pairs(of: pairs(5, of: 5)), bootstrap))
    #expect(right.fit == .separable)
    #expect(right.fitted == nil)
    let wrong = try #require(
      BradleyTerryProbabilities(ScoredPair.pairs(of: pairs(1, of: 5)), bootstrap))
    #expect(wrong.fit == .uninformative)
    let level = try #require(
      BradleyTerryProbabilities(ScoredPair.pairs(of: pair("1", 0) + pair("2", 0)), bootstrap))
    #expect(level.fit == .uninformative)
    #expect(level.asIs.ece == 0)
    #expect(
      try BradleyTerryProbabilities(ScoredPair.pairs(of: [ScoredResponse]()), bootstrap) == nil)
  }

  @Test func `tenths of the length difference`() throws {
    let responses = (0..<40).flatMap { number in
      pair("\(number)", number < 20 ? -1 : 1, lengths: (chosen: Double(number), rejected: 10))
    }
    let deciles = try #require(LengthDeciles(ScoredPair.pairs(of: responses), bootstrap))
    #expect(deciles.bins.count == 10)
    #expect(deciles.bins.map(\.accuracy.n) == [Int](repeating: 4, count: 10))
    #expect(deciles.bins.first?.range == -10 ... -7)
    #expect(deciles.bins.first?.meanDifference == -8.5)
    #expect(deciles.bins.map(\.accuracy.value) == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    let level = (0..<8).flatMap { pair("\($0)", 1, lengths: (chosen: 5, rejected: 5)) }
    #expect(LengthDeciles(try ScoredPair.pairs(of: level), bootstrap)?.bins.count == 1)
    #expect(LengthDeciles(try ScoredPair.pairs(of: pair("1", 1)), bootstrap) == nil)
  }

  @Test func `RM-Bench's numbers equal those of numpy`() throws {
    let expected = reference["rm_bench"]
    let responses = (expected?["items"]?.array ?? []).flatMap { item in
      (numbers(item["score_chosen"]) + numbers(item["score_rejected"])).enumerated().map {
        ScoredResponse(
          promptID: item["id"]?.string ?? "", index: $0, role: $0 < 3 ? .chosen : .rejected,
          score: $1, covariates: [:], section: item["domain"]?.string)
      }
    }
    #expect(Benchmarks.recognised(responses).key == "rm-bench")
    let accuracies = try RMBench.evaluate(responses, .init(bootstrap: bootstrap)).accuracies
    // Some twenty additions and divisions.
    func expect(_ value: Double?, _ other: JSONValue?) {
      #expect(abs((value ?? .nan) - (other?.double ?? .nan)) < 1e-14)
    }
    expect(accuracies.overall.value, expected?["overall"])
    for difficulty in ["hard", "normal", "easy"] {
      expect(
        accuracies.averages.first { $0.name == difficulty }?.value.value, expected?[difficulty])
      for domain in ["chat", "math", "code", "safety"] {
        expect(
          accuracies.details.first { $0.name == "\(domain) \(difficulty)" }?.value.value,
          expected?["domains"]?[domain]?[difficulty])
      }
    }
    for (name, section) in accuracies.sections {
      expect(section.value, expected?["domains"]?[name]?["overall"])
    }
  }

  @Test func `ProcessBench's numbers equal those of numpy`() throws {
    let expected = reference["process_bench"]
    let responses = (expected?["rows"]?.array ?? []).map { row in
      solution(
        row["id"]?.string ?? "", numbers(row["steps"]), label: row["label"]?.double ?? .nan,
        subset: row["subset"]?.string)
    }
    #expect(responses.count == 100)
    let accuracies = try ProcessBench.evaluate(responses, .init(bootstrap: bootstrap)).accuracies
    for (name, number) in accuracies.subsets {
      #expect(abs(number.value - (expected?["subsets"]?[name]?.double ?? 0)) < 1e-14)
    }
    #expect(abs(accuracies.overall.value - (expected?["overall"]?.double ?? 0)) < 1e-14)
  }
}
