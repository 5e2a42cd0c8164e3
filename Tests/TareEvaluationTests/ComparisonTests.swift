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

  @Test func `what both have is compared, and what one lacks is counted`() throws {
    let a = pair("1", 1) + pair("2", -1) + pair("3", 1) + pair("4", 1)
    let b = pair("x", 1) + pair("3", -1) + pair("2", -1) + pair("y", 1) + pair("4", 1)
    let comparison = try Pairs.compare(a, b, options)
    #expect(comparison.differences.overall.n == 3)
    #expect(comparison.differences.overall.lost == 1)
    #expect(comparison.differences.overall.gained == 0)
    #expect(comparison.leftOut == .init(a: 1, b: 2))
    #expect(comparison.json["left_out"]?["only_b"] == 2)
    #expect(try Pairs.compare(a, a, options).leftOut.isEmpty)
  }

  @Test func `prompts with other responses or labels are left out, too`() throws {
    let a = pair("1", 1) + pair("2", 1)
    var b = pair("1", 1) + pair("2", 1)
    (b[2].role, b[3].role) = (.rejected, .chosen)
    let comparison = try Pairs.compare(a, b, options)
    #expect(comparison.differences.overall.n == 1)
    #expect(comparison.leftOut == .init(different: 1))
    let more = graded("1", [1, 2], [1, 0]) + graded("2", [1, 2], [1, 0])
    let fewer = graded("1", [1, 2], [1, 0]) + graded("2", [1, 2, 3], [1, 0, 0])
    #expect(try BestOfN.compare(more, fewer, options).leftOut == .init(different: 1))
  }

  @Test func `nothing in common is refused with an example of each side`() throws {
    let error = #expect(throws: TareError.self) {
      try Pairs.compare(pair("1", 1), pair("x", 1, subset: "s"), options)
    }
    #expect(
      error?.description.contains("no prompt on both sides (the first of each: '1' and 's / x')")
        == true)
  }

  @Test func `a change that the labels chose has no p value`() throws {
    let a = pairs(3, of: 9, subset: "s")
    var comparison = try Pairs.compare(a, pairs(8, of: 9, subset: "s"), options)
    #expect(comparison.json["overall"]?["p"]?.double != nil)
    comparison.labelUse = .heldOut
    #expect(comparison.json["overall"]?["p"]?.double != nil)
    #expect(comparison.json["labels"] == "held_out")
    comparison.labelUse = .inSample
    #expect(comparison.json["labels"] == "in_sample")
    for number in [comparison.json["overall"], comparison.json["subsets"]?["s"]] {
      #expect(number?["difference"]?.double != nil)
      #expect(number?["p"] == nil)
      #expect(number?["q"] == nil)
    }
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
