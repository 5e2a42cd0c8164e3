/// RM-Bench: the matrix of styles, difficulties, domains.
import TareCore
import TareEvaluation
import Testing

@Suite struct RMBenchTests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 500)) }

  private func prompt(
    _ id: String, _ chosen: [Double], _ rejected: [Double], _ domain: String
  ) -> [ScoredResponse] {
    (chosen + rejected).enumerated().map { index, score in
      ScoredResponse(
        promptID: id, index: index, role: index < 3 ? .chosen : .rejected, score: score,
        covariates: [:], section: domain)
    }
  }

  /// A model that scores style alone: easy pairs all right, hard ones all wrong, ties otherwise.
  @Test func `style alone makes easy right, hard and normal wrong`() throws {
    let styled = prompt("1", [1, 2, 3], [1, 2, 3], "chat")
    let evaluation = try RMBench.evaluate(styled, options)
    let averages = Dictionary(
      uniqueKeysWithValues: evaluation.accuracies.averages.map { ($0.name, $0.value) })
    #expect(averages["easy"]?.value == 1)
    #expect(averages["hard"]?.value == 0)
    #expect(averages["normal"]?.value == 0)
    #expect(averages["normal"]?.ties == 3)
    #expect(averages["easy"]?.n == 3)
    #expect(abs(evaluation.accuracies.overall.value - 1.0 / 3) < 1e-15)
    #expect(evaluation.accuracies.overall.n == 9)
    let grid = try #require(evaluation.accuracies.grids.first)
    let cells: [[Double]] = grid.cells.map { row in row.map(\.value) }
    #expect(cells == [[0, 0, 0], [1, 0, 0], [1, 1, 0]])
  }

  @Test func `the two safety files are one domain, pooled by items`() throws {
    let right: [Double] = [1, 1, 1]
    let wrong: [Double] = [0, 0, 0]
    let responses =
      prompt("1", right, wrong, "safety-refuse") + prompt("2", right, wrong, "safety-refuse")
      + prompt("1", wrong, right, "safety-response") + prompt("1", right, wrong, "math")
    let accuracies = try RMBench.evaluate(responses, options).accuracies
    #expect(accuracies.sections.map(\.name) == ["math", "safety"])
    #expect(accuracies.sections.map(\.value.value) == [1, 2.0 / 3])
    #expect(abs(accuracies.overall.value - 5.0 / 6) < 1e-15)
    #expect(accuracies.averages.map(\.name) == ["hard", "normal", "easy", "micro", "macro"])
    #expect(accuracies.averages[3].value.value == 0.75)
    #expect(accuracies.averages[4].value.value == accuracies.overall.value)
  }

  @Test func `what is no three by three is refused`() {
    let error = #expect(throws: TareError.self) {
      try RMBench.evaluate(pairs(1, of: 2, section: "math"), options)
    }
    #expect(error?.description.contains("1 chosen and 1 rejected") == true)
    let other = #expect(throws: TareError.self) {
      try RMBench.evaluate(prompt("1", [1, 1, 1], [0, 0, 0], "poetry"), options)
    }
    #expect(other?.description.contains("found 'poetry'") == true)
  }
}
