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
    #expect(
      evaluation.notes.contains {
        $0.hasPrefix("1 prompt without a right response: always counted as wrong")
      })
  }

  @Test func `a response without a label is refused`() {
    var responses = graded("1", [1, 2], [0.5, 2])
    responses[1].label = nil
    let error = #expect(throws: TareError.self) { try BestOfN.evaluate(responses, options) }
    #expect(error?.description.hasPrefix("row 2 (prompt 1)") == true)
  }

  /// Ten prompts of four: the lowest of the first five is right, nothing is of the others.
  private func planted(_ right: Double = 1, _ wrong: Double = 0) -> [ScoredResponse] {
    (0..<10).flatMap { prompt in
      graded("p\(prompt)", [4, 3, 2, 1], (0..<4).map { prompt < 5 && $0 == 3 ? right : wrong })
    }
  }

  @Test(arguments: [0.0, -1])
  func `a response labelled wrong is never right, nor is the best of none`(wrong: Double) throws {
    let responses = planted(1, wrong)
    #expect(Benchmarks.recognised(responses).key == "bestofn")
    let evaluation = try BestOfN.evaluate(responses, options)
    #expect(evaluation.accuracies.overall.value == 0)
    #expect(evaluation.accuracies.details.map(\.value.value) == [0.125, 0.5])
    #expect(
      evaluation.notes.contains {
        $0.hasPrefix("5 prompts without a right response: always counted as wrong")
      })
    // The same by roles.
    let roles = responses.map { response in
      var response = response
      response.role = response.label == 1 ? .chosen : .rejected
      response.label = nil
      return response
    }
    let again = try BestOfN.evaluate(roles, options)
    #expect(again.accuracies.overall.value == 0)
    #expect(again.accuracies.details.map(\.value.value) == [0.125, 0.5])
    #expect(again.accuracies.overall.interval == evaluation.accuracies.overall.interval)
  }

  @Test func `of grades the highest is right, but never 0`() throws {
    let responses =
      graded("1", [2, 1], [3, 1]) + graded("2", [2, 1], [0, 0]) + graded("3", [2, 1], [0.5, 0])
    let evaluation = try BestOfN.evaluate(responses, options)
    #expect(abs(evaluation.accuracies.overall.value - 2.0 / 3) < 1e-15)
    #expect(evaluation.notes.contains { $0.hasPrefix("the labels are grades") })
    #expect(evaluation.notes.contains { $0.hasPrefix("1 prompt without a right response") })
  }

  @Test func `grades of which some look like roles are grades`() throws {
    // As a label column with 0, 1 and others is read.
    var responses = graded("1", [1, 2, 3], [1, 0, 2]) + graded("2", [1, 2], [1, 0])
    for row in responses.indices {
      responses[row].role =
        responses[row].label == 1 ? .chosen : responses[row].label == 0 ? .rejected : .response
    }
    #expect(Benchmarks.recognised(responses).key == "bestofn")
    #expect(try BestOfN.evaluate(responses, options).accuracies.overall.value == 0.5)
  }

  @Test func `a set without two responses to a prompt is refused`() {
    let grades = (0..<5).flatMap { graded("\($0)", [1], [Double($0)]) }
    let error = #expect(throws: TareError.self) { try BestOfN.evaluate(grades, options) }
    #expect(error?.description.contains("no prompt with two responses (5 prompts)") == true)
    let verdicts = (0..<5).flatMap { graded("\($0)", [1], [Double($0 % 2)]) }
    let other = #expect(throws: TareError.self) { try BestOfN.evaluate(verdicts, options) }
    #expect(other?.description.contains("unpaired") == true)
  }

  @Test func `a lone response is counted as labelled, a lone grade is left out`() throws {
    let verdicts = graded("1", [2, 1], [1, 0]) + graded("2", [1], [0])
    let evaluation = try BestOfN.evaluate(verdicts, options)
    #expect(evaluation.accuracies.overall.value == 0.5)
    #expect(evaluation.notes.contains { $0.hasPrefix("1 prompt with one response") })
    let grades = graded("1", [2, 1], [1, 5]) + graded("2", [1], [7])
    let other = try BestOfN.evaluate(grades, options)
    #expect(other.accuracies.overall.value == 0)
    #expect(other.accuracies.overall.n == 1)
    #expect(other.notes.contains { $0.hasPrefix("1 prompt with one graded response left out") })
  }
}
