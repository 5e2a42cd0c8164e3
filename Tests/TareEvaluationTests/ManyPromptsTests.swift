/// Evaluations of more prompts than are drawn one by one, against the plain bootstrap.
import TareCore
import TareEvaluation
import Testing

@Suite struct ManyPromptsTests {
  /// Prompts of one chosen and three rejected responses, each pair right with a chance of its own.
  private static func responses(_ prompts: Int) -> [ScoredResponse] {
    var random = Xoshiro256(seed: 3)
    return (0..<prompts).flatMap { prompt in
      (0..<4).map { index in
        ScoredResponse(
          promptID: "\(prompt)", index: index, role: index == 0 ? .chosen : .rejected,
          score: Double(random.next(below: 1000)) / 500 + (index == 0 ? 0.6 : 0),
          covariates: ["length": Double(random.next(below: 400))],
          subset: prompt.isMultiple(of: 3) ? "b" : "a")
      }
    }
  }

  /// As where the wrong column groups the rows.
  @Test func `more pairs of one prompt than can be gone through are refused`() throws {
    let responses = (0..<7000).map { index in
      ScoredResponse(
        promptID: "all", index: index, role: index % 2 == 0 ? .chosen : .rejected,
        score: Double(index), covariates: [:])
    }
    let error = #expect(throws: TareError.self) {
      try Pairs.evaluate(responses, options(paired: false))
    }
    #expect(error?.description.contains("pairs of a chosen and a rejected") == true)
  }

  private func options(paired: Bool) throws -> EvaluationOptions {
    var bootstrap = try Bootstrap(resamples: 4000)
    bootstrap.isPaired = paired
    return EvaluationOptions(bootstrap: bootstrap)
  }

  /// Both are percentiles of 4000 resamples of one distribution: each end has a standard error of
  /// √(0.025·0.975/4000)/0.058 = 0.043 deviations, their difference 0.06; five of them of a deviation, a
  /// quarter of the interval's width.
  @Test func `counts of prompts and prompts give the same intervals`() throws {
    let responses = Self.responses(20_001)
    let counted = try Pairs.evaluate(responses, options(paired: false)).accuracies
    let drawn = try Pairs.evaluate(responses, options(paired: true)).accuracies
    #expect(counted.overall.method == .bootstrapCounts)
    #expect(drawn.overall.method == .bootstrap)
    #expect(counted.overall.json["interval_method"] == "bootstrap_counts")
    let numbers = zip(
      [counted.overall] + counted.subsets.map(\.value) + counted.averages.map(\.value),
      [drawn.overall] + drawn.subsets.map(\.value) + drawn.averages.map(\.value))
    for (first, second) in numbers {
      #expect(first.value == second.value)
      let tolerance = 5 * 0.06 * (second.interval.upperBound - second.interval.lowerBound) / 3.92
      #expect(abs(first.interval.lowerBound - second.interval.lowerBound) < tolerance)
      #expect(abs(first.interval.upperBound - second.interval.upperBound) < tolerance)
    }
  }

  @Test func `the order of the rows changes nothing`() throws {
    let responses = Self.responses(20_001)
    let evaluation = try Pairs.evaluate(responses, options(paired: false))
    let turned = try Pairs.evaluate(responses.reversed(), options(paired: false))
    #expect(turned.accuracies.overall.interval == evaluation.accuracies.overall.interval)
    #expect(
      turned.byLength.map(\.accuracy.interval) == evaluation.byLength.map(\.accuracy.interval))
  }

  @Test func `up to 20,000 prompts are drawn one by one`() throws {
    let evaluation = try Pairs.evaluate(Self.responses(20_000), options(paired: false))
    #expect(evaluation.accuracies.overall.method == .bootstrap)
    #expect(evaluation.byLength.allSatisfy { $0.accuracy.method == .bootstrap })
  }

  /// The normal limit against the bootstrap of just fewer prompts, whose 1000 resamples tell an end to
  /// √(0.025·0.975/1000)/0.058 = 0.085 deviations; five of them.
  @Test func `the temperature's interval is as the bootstrap's`() throws {
    let bootstrap = try Bootstrap(resamples: 10)
    let few = try #require(
      BradleyTerryProbabilities(ScoredPair.pairs(of: Self.responses(20_000)), bootstrap))
    let many = try #require(
      BradleyTerryProbabilities(ScoredPair.pairs(of: Self.responses(20_001)), bootstrap))
    #expect(!few.hasNormalInterval && many.hasNormalInterval)
    guard case .temperature(_, let drawn) = few.fit, case .temperature(_, let normal) = many.fit
    else {
      Issue.record("no temperatures")
      return
    }
    let tolerance = 5 * 0.085 * (drawn.upperBound - drawn.lowerBound) / 3.92
    #expect(abs(drawn.lowerBound - normal.lowerBound) < tolerance)
    #expect(abs(drawn.upperBound - normal.upperBound) < tolerance)
    #expect(many.json["temperature_interval_method"] == "normal")
  }

  @Test func `a permutation of many prompts by counts is as one by prompts`() {
    var random = Xoshiro256(seed: 5)
    // Of three sizes, so that a total of about 1.5 deviations comes out.
    let differences = (0..<20_001).map { _ in
      Double(random.next(below: 3) + 1) * (random.next(below: 1000) < 501 ? 1 : -1)
    }
    let counted = PairedPermutation(differences: differences, seed: 1).p
    // Sizes that all differ by next to nothing are drawn one by one.
    let drawn = PairedPermutation(
      differences: differences.enumerated().map { $1 * (1 + Double($0) * 1e-12) }, seed: 1
    ).p
    // Shares of 10,000 draws, each with a standard error of at most 0.005: five of their difference.
    #expect(abs(counted - drawn) < 5 * 0.0071, "\(counted) and \(drawn)")
    #expect(drawn > 0.01 && drawn < 0.99)
  }
}
