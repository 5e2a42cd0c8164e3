import TareCore
import Testing

@Suite struct PromptGroupsTests {
  @Test func `prompts keep the order of their first rows`() {
    let groups = PromptGroups(["b", "a", "b", "c", "a"])
    #expect(groups.ids == ["b", "a", "c"])
    #expect(groups.groupOfRow == [0, 1, 0, 2, 1])
    #expect(groups.rows == [[0, 2], [1, 4], [3]])
  }

  @Test func `no rows make no groups`() {
    #expect(PromptGroups([]).count == 0)
    #expect(PromptGroups([]).rows.isEmpty)
  }

  @Test func `the same id in two subsets is two prompts`() {
    let responses = ["math", "code", "math"].map {
      ScoredResponse(
        promptID: "1", index: 0, role: .response, score: 0, covariates: [:], subset: $0)
    }
    #expect(PromptGroups(of: responses).ids == ["1", "1"])
    #expect(PromptGroups(of: responses).groupOfRow == [0, 1, 0])
  }

  @Test func `a score that is not finite is refused with its row`() {
    let rows = [1, Double.nan].map {
      ScoredResponse(promptID: "p", index: 0, role: .response, score: $0, covariates: [:])
    }
    let error = #expect(throws: TareError.self) { try rows.requireFiniteScores() }
    #expect(error?.description.hasPrefix("row 2 (prompt p)") == true)
  }
}
