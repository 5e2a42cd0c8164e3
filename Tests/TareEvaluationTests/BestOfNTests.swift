/// Best-of-n sets: what is right, shared maxima, refusals.
import TareCore
import TareEvaluation
import Testing

@Suite struct BestOfNTests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 500)) }

  @Test func `the best is right by role or by the highest label`() throws {
    let responses =
      graded("1", [1, 3, 2], [1, 5, 3]) + graded("2", [1, 3, 2], [5, 1, 3])
      + graded("3", [3, 3, 2], [5, 1, 3])
    let evaluation = try BestOfN.evaluate(responses, options)
    #expect(evaluation.accuracies.overall.value == 0.5)
    #expect(evaluation.accuracies.overall.ties == 1)
    #expect(evaluation.accuracies.overall.n == 3)
    #expect(evaluation.accuracies.details.map(\.name) == ["random choice", "perfect choice"])
    #expect(abs(evaluation.accuracies.details[0].value.value - 1.0 / 3) < 1e-15)
    #expect(evaluation.accuracies.details[1].value.value == 1)
    let several = [
      ScoredResponse(promptID: "1", index: 0, role: .chosen, score: 2, covariates: [:]),
      ScoredResponse(promptID: "1", index: 1, role: .chosen, score: 0, covariates: [:]),
      ScoredResponse(promptID: "1", index: 2, role: .rejected, score: 1, covariates: [:]),
    ]
    #expect(try BestOfN.evaluate(several, options).accuracies.overall.value == 1)
  }

  @Test func `candidates of which none or all are right are no pairs`() throws {
    func candidates(_ prompt: String, _ right: [Bool]) -> [ScoredResponse] {
      right.enumerated().map { index, isRight in
        ScoredResponse(
          promptID: prompt, index: index, role: isRight ? .chosen : .rejected,
          score: Double(index), covariates: [:])
      }
    }
    let responses =
      candidates("1", [false, true, true]) + candidates("2", [false, false, false])
      + candidates("3", [true, false, false])
    #expect(Benchmarks.recognised(responses).key == "bestofn")
    let evaluation = try BestOfN.evaluate(responses, options)
    #expect(abs(evaluation.accuracies.overall.value - 1.0 / 3) < 1e-15)
    #expect(evaluation.notes.first?.hasPrefix("1 prompt with equal labels") == true)
  }

  @Test func `a response without a label is refused`() {
    var responses = graded("1", [1, 2], [0.5, 2])
    responses[1].label = nil
    let error = #expect(throws: TareError.self) { try BestOfN.evaluate(responses, options) }
    #expect(error?.description.hasPrefix("row 2 (prompt 1)") == true)
  }
}
