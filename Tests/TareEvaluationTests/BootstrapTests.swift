/// The bootstrap against its exact distribution.
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct BootstrapTests {
  private func options(resamples: Int = 10_000, seed: UInt64 = 1) throws -> EvaluationOptions {
    .init(bootstrap: try Bootstrap(resamples: resamples, seed: seed))
  }

  /// A quantile of B resamples at q = 0.025 has a standard error of √(q(1-q)/B)/f, f the density
  /// there; with the normal density 0.058/σ and B = 10,000 that is 0.027 σ. Five of them, and one
  /// step of the lattice that shares of pairs lie on.
  private func expect(
    _ interval: ClosedRange<Double>, _ name: String, step: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let row = try #require(
      try plainCSV(fixture("bootstrap.csv")).first { $0["case"] == name })
    let tolerance = 5 * 0.027 * row.number("deviation") + step
    #expect(
      abs(interval.lowerBound - row.number("low")) <= tolerance, "\(interval)",
      sourceLocation: sourceLocation)
    #expect(
      abs(interval.upperBound - row.number("high")) <= tolerance, "\(interval)",
      sourceLocation: sourceLocation)
  }

  @Test func `one pair a prompt`() throws {
    let comparison = try Pairs.compare(pairs(0, of: 120), pairs(83, of: 120), options())
    try expect(comparison.differences.overall.interval, "83 of 120", step: 1.0 / 120)
  }

  @Test func `a mean of two subsets, each resampled by itself`() throws {
    let responses = pairs(31, of: 40, subset: "a") + pairs(9, of: 25, subset: "b")
    let evaluation = try Pairs.evaluate(responses, options())
    let macro = try #require(evaluation.accuracies.averages.first { $0.name == "macro" }).value
    #expect(macro.method == .bootstrap)
    try expect(macro.interval, "mean of 31 of 40 and 9 of 25", step: 0.005)
  }

  @Test func `prompts with several pairs are resampled as a whole`() throws {
    // One rejected response and two chosen: two pairs a prompt.
    let responses = (0..<60).flatMap { prompt in
      let scores: [Double] = prompt < 31 ? [1, 2] : prompt < 35 ? [1, -1] : [-1, -2]
      return (scores + [0]).enumerated().map { index, score in
        ScoredResponse(
          promptID: "\(prompt)", index: index, role: index < 2 ? .chosen : .rejected,
          score: score, covariates: [:])
      }
    }
    let accuracy = try Pairs.evaluate(responses, options()).accuracies.overall
    #expect(accuracy.n == 120)
    #expect(accuracy.value == 66.0 / 120)
    #expect(accuracy.method == .bootstrap)
    try expect(accuracy.interval, "60 prompts of 2 pairs", step: 1.0 / 120)
  }

  @Test func `the seed decides`() throws {
    func interval(_ seed: UInt64) throws -> ClosedRange<Double> {
      try Pairs.compare(
        pairs(100, of: 900), pairs(501, of: 900), options(resamples: 999, seed: seed)
      ).differences.overall.interval
    }
    #expect(try interval(3) == interval(3))
    #expect(try interval(3) != interval(4))
  }

  @Test func `no resamples are refused`() {
    #expect(throws: TareError.self) { try Bootstrap(resamples: 0) }
  }
}
