/// ProcessBench: the first wrong step, F1, refusals.
import TareCore
import TareEvaluation
import Testing

@Suite struct ProcessBenchTests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 500)) }

  @Test func `the first step below the threshold is the one that counts`() throws {
    let responses = [
      solution("1", [0.9, 0.2, 0.1], label: 1),  // right
      solution("2", [0.9, 0.2, 0.1], label: 2),  // too early
      solution("3", [0.9, 0.5], label: -1),  // right: 0.5 is not below 0.5
      solution("4", [0.4], label: -1),  // wrong
      solution("5", [0.7, 0.8], label: 0),  // found none
    ]
    let evaluation = try ProcessBench.evaluate(responses, options)
    let details = evaluation.accuracies.details.map(\.value.value)
    #expect(details == [1.0 / 3, 0.5])
    // 2·(1/3)(1/2)/(1/3 + 1/2)
    #expect(abs(evaluation.accuracies.overall.value - 0.4) < 1e-15)
    #expect(evaluation.accuracies.overall.n == 5)
    #expect(evaluation.measure == "F1")
    var stricter = options
    stricter.threshold = 0.3
    // 4 becomes right, and all of 1, 2, 3, 5 stay.
    let details3 = try ProcessBench.evaluate(responses, stricter).accuracies.details
    #expect(details3.map(\.value.value) == [1.0 / 3, 1])
  }

  @Test func `the total is the mean of the subsets' F1`() throws {
    let responses = [
      solution("1", [0.1], label: 0, subset: "gsm8k"),
      solution("2", [0.9], label: -1, subset: "gsm8k"),
      solution("3", [0.9], label: 0, subset: "math"),
      solution("4", [0.9], label: -1, subset: "math"),
    ]
    let accuracies = try ProcessBench.evaluate(responses, options).accuracies
    #expect(accuracies.subsets.map(\.value.value) == [1, 0])
    #expect(accuracies.overall.value == 0.5)
    #expect(accuracies.averages.map(\.name) == ["micro", "macro"])
    #expect(abs(accuracies.averages[0].value.value - 2 * 0.5 * 1 / 1.5) < 1e-15)
  }

  @Test func `a label beyond the steps is refused by row`() {
    let error = #expect(throws: TareError.self) {
      try ProcessBench.evaluate(
        [solution("1", [0.1], label: 0), solution("2", [0.1], label: 1)], options)
    }
    #expect(
      error?.description
        == "row 2 (prompt 2): expected the first wrong step from 0 to 0, or -1, found the label 1.0"
    )
  }

  @Test func `the difference of two models is tested by exchanging them`() throws {
    let a = (0..<12).map { solution("\($0)", [$0 < 6 ? 0.1 : 0.9], label: $0 < 6 ? 0 : -1) }
    let b = (0..<12).map { solution("\($0)", [$0 % 6 < 3 ? 0.1 : 0.9], label: $0 < 6 ? 0 : -1) }
    let difference = try ProcessBench.compare(a, b, options).differences.overall
    #expect(difference.a == 1)
    #expect(difference.b == 0.5)
    #expect(difference.lost == 6)
    #expect(difference.test == .permutation)
    // Six prompts that differ; each of the two kinds weighs alike: 2 of 2⁶ sign patterns.
    #expect(difference.p == 2.0 / 64)
  }
}
