/// Responses by columns are the responses that they were made of.
import TareCore
import Testing

@Suite struct ScoredResponsesTests {
  private let rows: [ScoredResponse] = {
    var first = ScoredResponse(
      promptID: "a", index: 0, role: .chosen, score: 1.5, covariates: ["length": 3], subset: "s")
    first.steps = [0.5, 1]
    var second = ScoredResponse(
      promptID: "a", index: 1, role: .rejected, score: -0.25,
      covariates: ["length": 4, "lines": 2],
      label: 0)
    second.pair = 1
    let third = ScoredResponse(
      promptID: "b", index: 7, role: .response, score: 0, covariates: [:], subset: "s",
      section: "c", label: 0.5)
    return [first, second, third, first]
  }()

  @Test func `every row comes back as it was`() {
    let responses = ScoredResponses(rows)
    #expect(Array(responses) == rows)
    #expect(ScoredResponses([]).isEmpty)
  }

  @Test func `prompts are told apart by subset and section`() {
    let responses = ScoredResponses(rows)
    #expect(responses.groups.groupOfRow == [0, 1, 2, 0])
    #expect(responses.groups.ids == ["a", "a", "b"])
    #expect(responses.groups.rows == [[0, 3], [1], [2]])
    let keys = rows.map { PromptKey(section: $0.section, subset: $0.subset, id: $0.promptID) }
    #expect(PromptGroups(keys: keys) { $0.id }.groupOfRow == responses.groups.groupOfRow)
  }

  @Test func `a column of a covariate is there where every row has it`() {
    let responses = ScoredResponses(rows)
    #expect(responses.covariate("length") == nil)
    #expect(ScoredResponses([rows[0], rows[1]]).covariate("length") == [3, 4])
    #expect(responses.covariate("words") == nil)
  }

  @Test func `other scores leave the rest`() {
    let responses = ScoredResponses(rows)
    let scored = responses.scored([9, 8, 7, 6])
    #expect(scored.map(\.score) == [9, 8, 7, 6])
    #expect(scored.map(\.promptID) == rows.map(\.promptID))
    #expect(scored.areSame(as: responses))
    #expect(!ScoredResponses(rows.reversed()).areSame(as: responses))
  }

  @Test func `a label that is no number is a label`() {
    var row = rows[0]
    row.label = .nan
    #expect(ScoredResponses([row])[0].label?.isNaN == true)
    row.label = nil
    #expect(ScoredResponses([row, rows[1]])[0].label == nil)
  }

  @Test func `a section for all groups anew`() {
    let placed = ScoredResponses(rows).inSection("x")
    #expect(placed.allSatisfy { $0.section == "x" })
    #expect(placed.groups.count == 3)
  }
}
