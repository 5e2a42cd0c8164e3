import TareCore
import TareEvaluation
import Testing

/// Results without scores, and preferences that are none.
@Suite struct ResultsTests {
  private func evaluation(_ responses: [ScoredResponse]) throws -> Evaluation {
    try Benchmarks.recognised(responses).evaluate(
      responses, EvaluationOptions(bootstrap: try Bootstrap(resamples: 100)))
  }

  @Test func `results are means by subset, as their benchmark weighs them`() throws {
    // RewardBench 2's prompts of four responses: a quarter where all tie.
    let two = try evaluation(
      results([1, 0.25], subset: "Math") + results([1, 1, 0, 0], subset: "Safety"))
    #expect(two.benchmark == "results")
    #expect(two.accuracies.subsets.map { $0.value.value } == [0.625, 0.5])
    #expect(two.accuracies.overall.value == 0.5625)
    #expect(two.notes.contains { $0.contains("overall lacks Factuality") })
    #expect(two.notes.contains { $0.contains("no margins, and nothing to calibrate") })
    // RewardBench's sections weigh subsets by their example counts: 100 and 95.
    let one = try evaluation(
      results([1, 1], subset: "alpacaeval-easy") + results([0, 0], subset: "alpacaeval-length"))
    #expect(one.accuracies.sections.map(\.name) == ["Chat"])
    #expect(abs(one.accuracies.sections[0].value.value - 100 / 195) < 1e-12)
    let plain = try evaluation(results([1, 0, 0.5]))
    #expect(plain.accuracies.overall.value == 0.5)
  }

  @Test func `a result beyond 0 to 1 is named with its row`() {
    let error = #expect(throws: TareError.self) { try evaluation(results([1, 1.5])) }
    #expect(error?.description == "row 2 (prompt 1): expected a result from 0 to 1, found 1.5")
  }

  @Test func `ties beside pairs are counted and are no pairs`() throws {
    let responses = pair("a", 1) + tie("b", (1, 0)) + pair("c", -1) + pair("d", 1)
    let evaluation = try evaluation(responses)
    #expect(evaluation.benchmark == "pairs")
    #expect(evaluation.accuracies.overall.n == 3)
    #expect(abs(evaluation.accuracies.overall.value - 2 / 3) < 1e-12)
    #expect(
      evaluation.notes.contains(
        "1 prompt of 4 is a tie without a preferred response: not counted as pairs"))
    // Grades of another kind are no ties.
    let other = try self.evaluation(pair("a", 1) + graded("b", [1, 0], [0.5, 0.25]))
    #expect(other.benchmark == "bestofn")
  }

  @Test func `a judge's decisions are right where more agree than contradict`() throws {
    func decided(_ id: String, _ games: [Double]) -> [ScoredResponse] {
      [1.0, -1].enumerated().map { index, sign in
        ScoredResponse(
          promptID: id, index: index, role: index == 0 ? .chosen : .rejected,
          score: sign * games.reduce(0, +) / Double(games.count),
          covariates: ["first_game": sign * games[0]], subset: "mmlu-pro-law")
      }
    }
    let evaluation = try evaluation(
      decided("a", [1, 1]) + decided("b", [1, -1]) + decided("c", [0, 1]) + decided("d", [-1, 0]))
    #expect(evaluation.benchmark == "judgebench")
    #expect(evaluation.accuracies.overall.value == 0.5)
    // The first game alone: right, right, none, wrong.
    #expect(
      evaluation.accuracies.details.first { $0.name.contains("single") }?.value.value == 0.5)
  }
}
