/// RewardBench 2: shared maxima, the formula of Ties, refusals.
import TareCore
import TareEvaluation
import Testing

@Suite struct RewardBench2Tests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 500)) }

  /// The first `correct` of the scores belong to right answers.
  private func prompt(
    _ id: String, _ scores: [Double], correct: Int = 1, subset: String
  ) -> [ScoredResponse] {
    scores.enumerated().map { index, score in
      ScoredResponse(
        promptID: id, index: index, role: index < correct ? .chosen : .rejected, score: score,
        covariates: [:], subset: subset)
    }
  }

  @Test func `those who share the highest score share the prompt`() throws {
    let responses =
      prompt("1", [2, 1, 0, 0], subset: "Math") + prompt("2", [2, 2, 0, 0], subset: "Math")
      + prompt("3", [2, 2, 2, 2], subset: "Math") + prompt("4", [1, 2, 2, 0], subset: "Math")
      + prompt("5", [5, 1, 2, 3], subset: "Focus")
    let accuracies = try RewardBench2.evaluate(responses, options).accuracies
    #expect(accuracies.subsets.map(\.name) == ["Math", "Focus"])
    #expect(accuracies.subsets[0].value.value == 1.75 / 4)
    #expect(accuracies.subsets[0].value.n == 4)
    #expect(accuracies.subsets[0].value.ties == 2)
    #expect(accuracies.subsets[0].value.method == .bootstrap)
    #expect(accuracies.subsets[1].value.method == .wilson)
    // Unweighted, whatever the subsets' sizes.
    #expect(accuracies.overall.value == 0.71875)
    #expect(accuracies.overall.n == 5)
  }

  /// One right answer 2 above the wrong ones; many 1 above them, with a spread of 0.5.
  @Test func `Ties weighs two accuracies and three margins`() throws {
    let responses =
      prompt("ref:1", [3, 1], subset: "Ties")
      + prompt("tied:1", [2, 2.5, 1, 0], correct: 2, subset: "Ties")
    let evaluation = try RewardBench2.evaluate(responses, options)
    // min(2, 1) / 0.5 − 1 = 1; tanh 1 = 0.761594…
    let ties = 0.3 + 0.3 + 0.2 + 0.2 + 0.01 * 0.7615941559557649
    #expect(abs((evaluation.accuracies.subsets.first?.value.value ?? 0) - ties) < 1e-15)
    #expect(evaluation.accuracies.subsets.first?.value.n == 2)
    let parts: [Double] = evaluation.accuracies.details.prefix(4).map(\.value.value)
    #expect(parts == [1, 1, 1, 1])
  }

  @Test func `a spread of 0 has no part in the margin in spreads`() throws {
    let evaluation = try RewardBench2.evaluate(
      prompt("ref:7", [3, 1], subset: "Ties")
        + prompt("tied:7", [2, 2, 1], correct: 2, subset: "Ties"),
      options)
    #expect(evaluation.accuracies.details.map(\.value.value) == [1, 1, 1, 1, 0])
    #expect(evaluation.accuracies.overall.value == 1)
    // Whether a model has a spread is no difference of the prompts.
    let spread =
      prompt("ref:7", [3, 1], subset: "Ties")
      + prompt("tied:7", [2, 2.5, 1], correct: 2, subset: "Ties")
    let level =
      prompt("ref:7", [3, 1], subset: "Ties")
      + prompt("tied:7", [2, 2, 1], correct: 2, subset: "Ties")
    #expect(try RewardBench2.compare(level, spread, options).differences.overall.n == 2)
    let totals = try [level, spread].map { try RewardBench2.evaluate($0, options).total.prompts }
    #expect(totals[0] == totals[1])
  }

  @Test func `prompts without a counterpart count for their own accuracy alone`() throws {
    let responses =
      prompt("ref:1", [3, 1], subset: "Ties") + prompt("ref:2", [0, 1], subset: "Ties")
      + prompt("tied:3", [2, 2.5, 1, 0], correct: 2, subset: "Ties")
    let evaluation = try RewardBench2.evaluate(responses, options)
    #expect(evaluation.accuracies.details.map(\.value.value) == [0.5, 1])
    #expect(abs(evaluation.accuracies.overall.value - 0.45) < 1e-15)
    #expect(evaluation.notes.first?.hasPrefix("Ties lacks") == true)
  }

  @Test func `other ids and subsets are refused by row`() {
    func error(_ responses: [ScoredResponse]) -> String {
      do {
        _ = try RewardBench2.evaluate(responses, options)
        return ""
      } catch { return error.description }
    }
    #expect(
      error(prompt("1", [1, 0], subset: "Ties"))
        == "row 1 (prompt 1): expected ref:NUMBER or tied:NUMBER, found the id '1' in Ties")
    #expect(error(prompt("1", [1, 0], subset: "Chat")).contains("found subset 'Chat'"))
    #expect(error(prompt("1", [1, 0], correct: 2, subset: "Math")).contains("2 chosen and 0"))
  }
}
