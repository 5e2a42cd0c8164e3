import Foundation
import TareCore
import TareFormats
import TareStore
import TareTesting
import Testing

/// Runs whose rows share prompts.
@Suite struct SharedPromptsTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path())
  }

  private func sets(_ text: String) throws -> [CandidateSet] {
    try readCandidates(Data(text.utf8), name: "in")
  }

  private let answers = """
    {"prompt_id":"a","prompt":"p","response":"x","label":"no","n":1}
    {"prompt_id":"b","prompt":"q","response":"x","label":"yes","n":2}
    {"prompt_id":"a","prompt":"p","response":"yy","label":"yes","n":3}
    {"prompt_id":"b","prompt":"q","response":"zz","label":"no","n":4}
    {"prompt_id":"a","subset":"s","prompt":"other","response":"x","label":"yes","n":5}
    """

  @Test func `answers in rows of their own have places among their prompt's`() throws {
    let run = try store.scoredRun(sets(answers))
    let items = try store.items(of: run)
    #expect(items.map(\.promptID) == ["a", "b", "a", "b", "a"])
    #expect(items.map(\.index) == [0, 0, 1, 1, 0])
    let scores = try store.scores(of: run)
    #expect(scores.responses.map(\.index) == [0, 0, 1, 1, 0])
    #expect(PromptGroups(of: scores.responses).count == 3)
    #expect(scores.responses.map(\.role) == [.rejected, .chosen, .chosen, .rejected, .chosen])
    #expect(scores.responses.allSatisfy { $0.pair == nil })
    #expect(try store.scores(of: run, label: "n").responses.map(\.label) == [1, 2, 3, 4, 5])
    #expect(try store.scores(of: run, label: "none").responses.allSatisfy { $0.label == nil })
  }

  @Test func `they are exported and imported to the same`() throws {
    let run = try store.scoredRun(sets(answers))
    let rows = try store.exportRows(of: run)
    let again = try store.importRun(named: "again", from: rows, source: "rows")
    #expect(try store.exportRows(of: again) == rows)
    let text = rows.map { JSONValue.object($0).text() + "\n" }.joined()
    let table = try ScoreTable(try readTable(Data(text.utf8), name: "in"))
    #expect(table.responses.map(\.index) == [0, 0, 1, 1, 0])
    #expect(
      try table.responses.map(\.role) == store.scores(of: run).responses.map(\.role))
  }

  @Test func `several pairs of a prompt stay apart in the store and out of it`() throws {
    let run = try store.scoredRun(
      sets(
        """
        {"prompt_id":"a","prompt":"p","chosen":"x","rejected":"y"}
        {"prompt_id":"a","prompt":"p","chosen":"u","rejected":"v"}
        """))
    let responses = try store.scores(of: run).responses
    #expect(responses.map(\.index) == [0, 1, 2, 3])
    #expect(responses.map(\.pair) == [nil, nil, 1, 1])
    let rows = try store.exportRows(of: run)
    #expect(rows.map { $0["pair"]?.int } == [nil, nil, 1, 1])
    let again = try store.importRun(named: "again", from: rows, source: "rows")
    #expect(try store.exportRows(of: again) == rows)
    #expect(try store.scores(of: again).responses.map(\.pair) == [nil, nil, 1, 1])
  }

  @Test func `a malformed label of a run is named with its row`() throws {
    let run = try store.scoredRun(
      sets(
        """
        {"prompt":"p","response":"x","label":"yes"}
        {"prompt":"p","response":"y","label":"maybe"}
        """))
    let error = #expect(throws: TareError.self) { try store.scores(of: run) }
    #expect(error?.description.shows("row 2, column 'label': expected …, found 'maybe'") == true)
  }

  @Test func `a run that named each row by its number goes on`() throws {
    let old = [
      CandidateSet(
        id: "row-1", prompt: [.user("p")], responses: [Candidate(role: .response, text: "x")]),
      CandidateSet(
        id: "row-2", prompt: [.user("p")], responses: [Candidate(role: .response, text: "y")]),
    ]
    let run = try store.scoredRun(old)
    let now = try sets(
      "{\"prompt\":\"p\",\"response\":\"x\"}\n{\"prompt\":\"p\",\"response\":\"y\"}")
    #expect(now.map(\.id) == ["row-1", "row-1"])
    try store.addItems(now, to: run)
    let items = try store.items(of: run)
    #expect(items.map(\.promptID) == ["row-1", "row-1"])
    #expect(items.map(\.index) == [0, 1])
    #expect(items.allSatisfy { $0.score != nil })
  }
}
