/// Several models as one: rules, matching, scores within prompts.
import TareCore
import TareRanking
import TareTesting
import Testing

@Suite struct EnsembleTests {
  @Test func `mean, worst, and mean less deviations`() {
    let members: [[Double]] = [[1, 4], [3, 4], [5, 4]]
    #expect(Ensemble.mean.combined(members) == [3, 4])
    #expect(Ensemble.min.combined(members) == [1, 4])
    // Deviations from 3: −2, 0, 2; √(8/3).
    let combined = Ensemble.meanLessDeviations(0.5).combined(members)
    #expect(abs(combined[0] - (3 - 0.5 * (8.0 / 3).squareRoot())) < 1e-15)
    #expect(combined[1] == 4)
    #expect(Ensemble.min.combined([[2, 1]]) == [2, 1])
  }

  @Test func `the order of the models breaks no tie`() {
    let members = [[0.1, 0.3], [0.2, 0.2], [0.3, 0.1]]
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
      let combined = Ensemble.mean.combined(order.map { members[$0] })
      #expect(combined[0] == combined[1])
    }
  }

  private func response(_ prompt: String, _ index: Int) -> ScoredResponse {
    ScoredResponse(promptID: prompt, index: index, role: .response, score: 0, covariates: [:])
  }

  @Test func `normalised scores have mean 0 and deviation 1 in each prompt`() {
    let responses = [response("a", 0), response("b", 0), response("a", 1), response("b", 1)]
    #expect(responses.normalisedByPrompt([1, 7, 3, 7]) == [-1, 0, 1, 0])
    // Their mean is no double: still 0.
    #expect(
      [response("a", 0), response("a", 1), response("a", 2)].normalisedByPrompt([0.1, 0.1, 0.1])
        == [0, 0, 0])
    // Squares of such deviations are 0.
    let tiny = [response("a", 0), response("a", 1)].normalisedByPrompt([1e-200, 3e-200])
    #expect(tiny == [-1, 1])
    // The mean of these is between two doubles, their differences are not.
    let group = [response("a", 0), response("a", 1), response("a", 2)]
    let near = group.normalisedByPrompt([0, 1, 5])
    #expect(group.normalisedByPrompt([1e12, 1e12 + 1, 1e12 + 5]) == near)
    #expect(
      group.normalisedByPrompt([-1.5e308, 0, 1.5e308]) == group.normalisedByPrompt([-1, 0, 1]))
  }

  @Test func `responses are matched by prompt and index, and a missing one is named`() throws {
    let first = [response("a", 0), response("a", 1), response("b", 0)]
    let second = [response("b", 0), response("a", 1), response("a", 0)]
    #expect(try first.positions(in: second, named: "x") == [2, 1, 0])
    let placed = first.map { response in
      var response = response
      response.subset = "s"
      return response
    }
    #expect(try placed.positions(in: second, named: "x") == [2, 1, 0])
    let missing = #expect(throws: TareError.self) {
      try first.positions(in: Array(second.dropLast()), named: "x")
    }
    #expect(missing?.description.shows("x: expected …, found no response 0 of prompt 'a'") == true)
    let extra = #expect(throws: TareError.self) {
      try first.positions(in: second + [response("c", 4)], named: "x")
    }
    #expect(extra?.description.contains("response 4 of prompt 'c'") == true)
  }

  @Test func `what cannot be the same response is not joined by its place`() throws {
    let first = [response("a", 0), response("a", 1)]
    for change: (inout ScoredResponse) -> Void in [
      { $0.label = 1 }, { $0.covariates["length"] = 9 },
    ] {
      var marked = first
      marked[0].label = 0
      marked[0].covariates["length"] = 3
      var other = marked
      change(&other[0])
      #expect(try marked.positions(in: first, named: "x") == [0, 1])
      let error = #expect(throws: TareError.self) { try marked.positions(in: other, named: "x") }
      #expect(error?.description.contains("a different role, label or covariate") == true)
    }
    // Two models count tokens each in its own way.
    var (one, two) = (first, first)
    one[0].covariates["tokens"] = 3
    two[0].covariates["tokens"] = 4
    #expect(try one.positions(in: two, named: "x") == [0, 1])
  }
}
