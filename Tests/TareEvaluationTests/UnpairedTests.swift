/// Single responses, right or wrong, of which no two answer the same prompt.
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct UnpairedTests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 400)) }

  private func singles(
    _ scores: [Double], _ labels: [Double], named: String = "", subset: String? = nil
  ) -> [ScoredResponse] {
    zip(scores, labels).enumerated().map { row, made in
      ScoredResponse(
        promptID: "\(named)\(row)", index: 0, role: .response, score: made.0, covariates: [:],
        subset: subset, label: made.1)
    }
  }

  @Test func `a set of single labelled responses is judged by its AUC`() throws {
    let responses = singles([3, 1, 2, 0, 2], [1, 0, 1, 0, 0])
    #expect(Benchmarks.recognised(responses).key == "unpaired")
    let evaluation = try Unpaired.evaluate(responses, options)
    // Of six pairs five are in order and one is level.
    #expect(abs(evaluation.accuracies.overall.value - 5.5 / 6) < 1e-15)
    #expect(evaluation.accuracies.overall.n == 5)
    #expect(evaluation.accuracies.overall.ties == 1)
    #expect(evaluation.measure == "AUC")
    #expect(evaluation.json["overall"]?["interval_method"] == "delong")
    #expect(evaluation.notes.first?.hasPrefix("no prompt has two responses") == true)
    #expect(abs(evaluation.total.contributions.reduce(0, +) - 5.5 / 6) < 1e-15)
  }

  @Test func `roles say it as labels do, and labels may be -1 and 1`() throws {
    var responses = singles([3, 1, 2, 0, 2], [1, -1, 1, -1, -1])
    #expect(Benchmarks.recognised(responses).key == "unpaired")
    #expect(abs(try Unpaired.evaluate(responses, options).total.value - 5.5 / 6) < 1e-15)
    for row in responses.indices {
      responses[row].role = responses[row].label == 1 ? .chosen : .rejected
      responses[row].label = nil
    }
    #expect(Benchmarks.recognised(responses).key == "unpaired")
    #expect(abs(try Unpaired.evaluate(responses, options).total.value - 5.5 / 6) < 1e-15)
  }

  @Test func `the bootstrap agrees with DeLong's interval`() throws {
    var random = Xoshiro256(seed: 3)
    let labels = (0..<400).map { Double($0 % 2) }
    let scores = labels.map { $0 + 4 * Double(random.next(below: 1000)) / 1000 }
    let evaluation = try Unpaired.evaluate(singles(scores, labels), options)
    let sorted = evaluation.total.resamples.sorted()
    let interval = evaluation.accuracies.overall.interval
    #expect(abs(sorted[10] - interval.lowerBound) < 0.015)
    #expect(abs(sorted[389] - interval.upperBound) < 0.015)
  }

  @Test func `the order of the rows changes nothing`() throws {
    let responses = singles([3, 1, 2, 0, 2, 5], [1, 0, 1, 0, 0, 1])
    let first = try Unpaired.evaluate(responses, options)
    let second = try Unpaired.evaluate(responses.reversed(), options)
    #expect(first.total.value == second.total.value)
    #expect(first.total.resamples == second.total.resamples)
    #expect(first.total.prompts == second.total.prompts)
    #expect(first.accuracies.overall.interval == second.accuracies.overall.interval)
  }

  @Test func `subsets have areas of their own where they have both sides`() throws {
    let responses =
      singles([3, 1], [1, 0], named: "a", subset: "a")
      + singles([1, 3], [1, 0], named: "b", subset: "b")
      + singles([2, 2], [1, 1], named: "c", subset: "c")
    let evaluation = try Unpaired.evaluate(responses, options)
    #expect(evaluation.accuracies.subsets.map(\.name) == ["a", "b"])
    #expect(evaluation.accuracies.subsets.map(\.value.value) == [1, 0])
    #expect(evaluation.accuracies.averages.first?.value.value == 0.5)
    #expect(evaluation.notes.contains { $0.hasPrefix("c: only right or only wrong responses") })
  }

  @Test func `two models are compared by DeLong's test, by prompt and not by row`() throws {
    let labels = (0..<60).map { Double($0 % 2) }
    let a = singles(labels.enumerated().map { $1 + Double($0 % 7) / 3 }, labels)
    let b = singles(labels.enumerated().map { $1 * 3 + Double($0 % 5) / 3 }, labels)
    let comparison = try Unpaired.compare(a, b.reversed(), options)
    #expect(comparison.differences.overall.test == .delong)
    #expect(comparison.differences.overall.value > 0)
    #expect(comparison.differences.overall.p < 0.01)
    #expect(try Unpaired.compare(a, a, options).differences.overall.p == 1)
  }

  @Test func `what is no such set is refused by what it lacks`() {
    func refusal(_ responses: [ScoredResponse]) -> String {
      let error = #expect(throws: TareError.self) { try Unpaired.evaluate(responses, options) }
      return error?.description ?? ""
    }
    #expect(refusal(singles([1, 2], [1, 1])).contains("2 right and 0 wrong responses"))
    #expect(refusal(singles([1, 2], [1, 5])).contains("graded labels"))
    #expect(refusal(pair("1", 1)).contains("prompts with several responses"))
    var bare = singles([1, 2], [1, 0])
    bare[1].label = nil
    #expect(refusal(bare).shows("row 2 (prompt 1): expected …, found a response without a label"))
  }
}
