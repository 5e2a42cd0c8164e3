/// The registry's rules: every benchmark evaluates, compares, and is named in the help.
import TareCore
import TareEvaluation
import Testing

@Suite struct BenchmarksTests {
  /// Five prompts of each benchmark's data, three of them right.
  private func sample(_ key: String) throws -> [ScoredResponse] {
    switch key {
    case "rewardbench": return pairs(3, of: 5, subset: "alpacaeval-easy")
    case "rewardbench2": return pairs(3, of: 5, subset: "Math")
    case "judgebench": return pairs(3, of: 5, subset: "mmlu-pro-law")
    case "rm-bench": return (0..<5).flatMap { styles("\($0)", $0 < 3 ? 1 : -1, domain: "math") }
    case "ppe":
      return (0..<5).flatMap { pair("\($0)", $0 < 3 ? 1 : -1, subset: "math_best_of_k") }
    case "processbench":
      return (0..<5).map { solution("\($0)", [0.9, $0 < 3 ? 0.1 : 0.9], label: 1) }
    case "bestofn": return (0..<5).flatMap { graded("\($0)", [3, $0 < 3 ? 4 : 2], [1, 5]) }
    case "unpaired":
      return (0..<2).flatMap { graded("r\($0)", [Double($0)], [1]) }
        + (0..<5).flatMap { graded("w\($0)", [$0 < 3 ? -1 : 2], [0]) }
    case "alpacaeval":
      return (0..<5).flatMap { duel("\($0)", $0 < 3 ? 0.9 : 0.15, lengths: (100, 120)) }
        .map { response in
          var response = response
          response.covariates["preference"] = 1
          return response
        }
    case "pairs": return pairs(3, of: 5)
    case "results": return results([1, 1, 1, 0, 0])
    default:
      Issue.record("no sample for the benchmark \(key)")
      return []
    }
  }

  @Test(arguments: Benchmarks.registry.keys)
  func `every benchmark knows, evaluates and compares its data`(key: String) throws {
    let benchmark = try Benchmarks.registry.entry(for: key)
    let responses = try sample(key)
    #expect(Benchmarks.recognised(responses).key == key)
    let options = EvaluationOptions(bootstrap: try Bootstrap(resamples: 100))
    let evaluation = try benchmark.evaluate(responses, options)
    #expect(evaluation.benchmark == key)
    #expect(abs(evaluation.accuracies.overall.value - 0.6) < 1e-15)
    #expect(evaluation.total.resamples.count == 100)
    #expect(evaluation.json["overall"]?["accuracy"]?.double != nil)
    let comparison = try benchmark.compare(responses, responses, options)
    #expect(comparison.differences.overall.value == 0)
    #expect(comparison.differences.overall.p == 1)
    #expect(comparison.disagreements.isEmpty)
  }

  @Test(arguments: Benchmarks.registry.keys)
  func `no benchmark takes an empty table or a score that is not a number`(key: String) throws {
    let benchmark = try Benchmarks.registry.entry(for: key)
    let options = EvaluationOptions(bootstrap: try Bootstrap(resamples: 100))
    let empty = #expect(throws: TareError.self) { try benchmark.evaluate([], options) }
    #expect(empty?.exitCode == 65)
    var responses = try sample(key)
    responses[1].score = .nan
    let error = #expect(throws: TareError.self) { try benchmark.evaluate(responses, options) }
    #expect(error?.description.contains("row 2") == true)
  }

  @Test func `keys and summaries are there for the help`() {
    #expect(Benchmarks.registry.keys.last == "pairs")
    #expect(Benchmarks.registry.help.allSatisfy { !$0.summary.isEmpty })
  }

  @Test func `data that is nearly a benchmark's is told of, by prompts or by names`() {
    let mixed = pairs(3, of: 4, subset: "hep-go") + pairs(1, of: 1, subset: "mine")
    #expect(Benchmarks.recognised(mixed).key == "pairs")
    #expect(
      Benchmarks.nearMiss(mixed)
        == "4 of 5 prompts are in RewardBench's subsets, but 'mine' is not one of them: not "
        + "RewardBench's number; every pair counts equally")
    let renamed =
      ["hep-go", "hep-js", "hep-cpp"].flatMap { pairs(3, of: 4, subset: $0) }
      + pairs(30, of: 40, subset: "mine")
    #expect(
      Benchmarks.nearMiss(renamed)?.hasPrefix("12 of 52 prompts are in RewardBench's") == true)
    #expect(Benchmarks.nearMiss(pairs(3, of: 4, subset: "hep-go")) == nil)
    #expect(Benchmarks.nearMiss(pairs(3, of: 4, subset: "mine")) == nil)
  }

  @Test func `data of no benchmark is pairs`() {
    #expect(Benchmarks.recognised(pairs(1, of: 1, subset: "mine")).key == "pairs")
    #expect(Benchmarks.recognised(pairs(1, of: 1)).key == "pairs")
  }
}
