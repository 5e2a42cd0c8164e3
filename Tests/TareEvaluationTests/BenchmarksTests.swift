/// The registry's rules: every benchmark evaluates, compares, and is named in the help.
import TareCore
import TareEvaluation
import Testing

@Suite struct BenchmarksTests {
  @Test(arguments: Benchmarks.registry.keys)
  func `every benchmark evaluates and compares its data`(key: String) throws {
    let benchmark = try Benchmarks.registry.entry(for: key)
    let responses = pairs(3, of: 5, subset: "alpacaeval-easy")
    let options = EvaluationOptions(bootstrap: try Bootstrap(resamples: 100))
    let evaluation = try benchmark.evaluate(responses, options)
    #expect(evaluation.benchmark == key)
    #expect(evaluation.accuracies.overall.value == 0.6)
    #expect(evaluation.json["overall"]?["accuracy"]?.double == 0.6)
    #expect(try benchmark.compare(responses, responses, options).differences.overall.value == 0)
  }

  @Test func `keys and summaries are there for the help`() {
    #expect(Benchmarks.registry.keys == ["rewardbench", "pairs"])
    #expect(Benchmarks.registry.help.allSatisfy { !$0.summary.isEmpty })
  }

  @Test func `data is recognised by its subsets`() {
    #expect(Benchmarks.recognised(pairs(1, of: 1, subset: "hep-go")).key == "rewardbench")
    #expect(Benchmarks.recognised(pairs(1, of: 1, subset: "mine")).key == "pairs")
    #expect(Benchmarks.recognised(pairs(1, of: 1)).key == "pairs")
  }
}
