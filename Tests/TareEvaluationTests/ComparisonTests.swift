/// Two score columns on the same pairs.
import TareCore
import TareEvaluation
import Testing

@Suite struct ComparisonTests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 2000)) }

  @Test func `gains, losses and the exact p value`() throws {
    let a = (0..<40).flatMap { pair("\($0)", $0 < 15 ? -1 : 1) }
    let b = (0..<40).flatMap { pair("\($0)", $0 >= 33 ? -1 : $0 == 20 ? 0 : 1) }
    let overall = try Pairs.compare(a, b, options).differences.overall
    #expect(overall.a == 25.0 / 40)
    #expect(overall.b == 32.0 / 40)
    #expect(overall.n == 40)
    #expect(overall.gained == 15)
    #expect(overall.lost == 8)
    #expect(overall.p == Proportion.mcNemar(gained: 15, lost: 8))
    #expect(overall.interval.contains(overall.value))
  }

  @Test func `pairs are matched by prompt, not by row`() throws {
    let a = pair("1", 1) + pair("2", -1) + pair("3", 1)
    let b = pair("3", 1) + pair("2", -1) + pair("1", 1)
    let overall = try Pairs.compare(a, b, options).differences.overall
    #expect(overall.gained == 0)
    #expect(overall.lost == 0)
    #expect(overall.p == 1)
    #expect(overall.interval == 0...0)
  }

  @Test func `different pairs are refused by name`() throws {
    let a = pair("1", 1) + pair("2", -1)
    let first = #expect(throws: TareError.self) {
      try Pairs.compare(a, pair("1", 1), options)
    }
    #expect(first?.description.contains("prompt 2 only in the first scores") == true)
    let second = #expect(throws: TareError.self) {
      try Pairs.compare(a, a + pair("x", 1), options)
    }
    #expect(second?.description.contains("prompt x only in the second scores") == true)
  }

  @Test func `sections are compared by the benchmark's own weights`() throws {
    let a =
      pairs(0, of: 4, subset: "math-prm") + pairs(1, of: 2, subset: "hep-go")
      + pairs(1, of: 1, subset: "donotanswer")
    let b =
      pairs(2, of: 4, subset: "math-prm") + pairs(2, of: 2, subset: "hep-go")
      + pairs(1, of: 1, subset: "donotanswer")
    let comparison = try RewardBench.compare(a, b, options)
    let reasoning = try #require(
      comparison.differences.sections.first { $0.name == "Reasoning" }
    ).value
    #expect(abs(reasoning.value - 0.5) < 1e-15)
    #expect(abs(comparison.differences.overall.value - 0.25) < 1e-15)
    #expect(reasoning.gained == 3)
    let evaluation = try RewardBench.evaluate(b, options)
    #expect(comparison.differences.overall.b == evaluation.accuracies.overall.value)
    #expect(comparison.json["sections"]?["Reasoning"]?["gained"]?.int == 3)
    #expect(comparison.json["overall"]?["interval"]?.array?.count == 2)
  }
}
