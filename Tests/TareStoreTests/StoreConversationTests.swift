/// Conversations that are more than roles and texts, and the stores of before that had no place for
/// them.
import Foundation
import GRDB
import TareCore
import TareFormats
import TareStore
import TareTesting
import Testing

@Suite struct StoreConversationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func messages(_ text: String) throws -> [Message] {
    try #require(try JSONValue(parsing: text).array).map { try Message($0) }
  }

  /// A row whose prompt, response and context have all that they can have.
  private func weather(variables: JSONObject = ["enable_thinking": false]) throws -> CandidateSet {
    let prompt = try messages(
      #"[{"name":"ann","role":"user","content":[{"type":"text","text":"Weather?\u0000"}]}]"#)
    let turns = try messages(
      #"""
      [{"role":"assistant","content":null,"tool_calls":[{"id":"c","function":{"name":"f","arguments":{"b":1.0,"a":2}}}]},
       {"role":"tool","tool_call_id":"c","content":"3 C"},
       {"role":"assistant","content":"3 degrees","reasoning_content":"It says 3."}]
      """#)
    return CandidateSet(
      id: "w", prompt: prompt,
      responses: [
        Candidate(role: .chosen, turns: turns), Candidate(role: .rejected, text: "3 degrees"),
      ],
      context: TemplateContext(
        tools: [["type": "function", "function": ["name": "f"]]],
        documents: [["title": "t", "text": "x"]], variables: variables))
  }

  @Test func `a conversation comes back whole`() throws {
    let store = try Store(path: folder.path())
    let row = try weather()
    let run = try store.scoredRun([row])
    let wanted: [Conversation?] = row.responses.map(row.conversation)
    let found = try store.items(of: run, withTexts: true).map(\.conversation)
    #expect(found == wanted)
    // Members keep their order, nested ones too.
    #expect(
      found.compactMap { $0?.messages.map { JSONValue.object($0.members).text() } }
        == wanted.compactMap { $0?.messages.map { JSONValue.object($0.members).text() } })
    #expect(try store.items(of: run)[0].conversation == nil)
    try store.addItems([row], to: run)
    #expect(try integrity(of: folder.path()) == "ok")
  }

  @Test
  func
    `equal messages with other variables, and a text that is another response's messages, are told apart`()
    throws
  {
    let store = try Store(path: folder.path())
    let run = try store.createOrResumeRun(named: "r", scorer: .sample())
    try store.addItems([try weather()], to: run)
    let other = try weather(variables: ["enable_thinking": true])
    let error = #expect(throws: TareError.self) { try store.addItems([other], to: run) }
    #expect(
      error?.description.contains("found different texts or roles than when the run began") == true)
    var text = try weather()
    text.responses[0] = Candidate(
      role: .chosen, text: JSONValue.array(text.responses[0].turns.map(\.json)).text())
    #expect(throws: TareError.self) { try store.addItems([text], to: run) }
    try store.addItems([other, text], at: 1, to: run)
    #expect(try count("prompt", in: folder.path()) == 2)
    #expect(try count("response", in: folder.path()) == 5)
  }

  @Test func `an exported run keeps whole conversations when it is imported`() throws {
    let store = try Store(path: folder.path())
    let run = try store.scoredRun([try weather(), pair("a")])
    let lines = try store.exportRows(of: run)
    #expect(lines[0]["response"]?.array?.count == 3)
    #expect(lines[1]["response"] == "3 degrees")
    #expect(lines[0]["chat_template_kwargs"] == ["enable_thinking": false])
    #expect(lines[2]["tools"] == nil)
    let other = try Store(path: folder.path("other.db"))
    let copy = try other.importRun(named: "copy", from: lines, source: "a.jsonl")
    #expect(try other.exportRows(of: copy) == lines)
    #expect(
      try other.items(of: copy, withTexts: true).map(\.conversation)
        == store.items(of: run, withTexts: true).map(\.conversation))
    // The lines are candidates, too.
    let data = Data(lines.map { JSONValue.object($0).text() + "\n" }.joined().utf8)
    let table = try ScoreTable(try readTable(data, name: "a.jsonl"))
    #expect(
      try table.conversations().map(Array.init)
        == store.items(of: run, withTexts: true).compactMap(\.conversation))
  }

  // MARK: - Stores of before

  /// A store as a program of an older schema left it.
  private func golden(_ version: String) throws -> String {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    let sql = try String(
      contentsOf: fixtures.appending(path: "store_\(version).sql"), encoding: .utf8)
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let path = folder.path("\(version).db")
    try DatabaseQueue(path: path, configuration: configuration).writeWithoutTransaction {
      try $0.execute(sql: sql)
    }
    return path
  }

  private func goldenRows() throws -> [CandidateSet] {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    return try readCandidates(
      try Data(contentsOf: fixtures.appending(path: "store_rows.jsonl")), name: "rows")
  }

  @Test func `a store of schema v4 is migrated, and its runs go on with their scores`() throws {
    let path = try golden("v4")
    let refusal = #expect(throws: TareError.self) { try Store(path: path, access: .readOnly) }
    #expect(refusal?.description.contains("a store of an older version of tare") == true)
    let store = try Store(path: path)
    #expect(try store.runs().map(\.scored) == [6])
    let run = try store.run(named: "first")
    let again = try store.createOrResumeRun(
      named: "first", scorer: run.scorer, templateDate: "2026-01-15", settings: run.settings)
    let rows = try goldenRows()
    try store.addItems(rows, to: again)
    #expect(try store.unscoredItems(of: again).isEmpty)
    #expect(
      try store.items(of: again, withTexts: true).map(\.conversation)
        == rows.flatMap { row in row.responses.map { row.conversation($0) } })
    #expect(try store.items(of: again).map(\.score?.value)[0] == 0.28963023)
    // Prompts and responses are found again for other runs.
    let second = try store.createOrResumeRun(
      named: "second", scorer: run.scorer, templateDate: "2026-01-15", settings: run.settings)
    try store.addItems(rows, to: second)
    #expect(try count("prompt", in: path) == 3)
    #expect(try count("response", in: path) == 6)
    #expect(try integrity(of: path) == "ok")
  }

  @Test func `a run that was stopped before the migration goes on after it`() throws {
    let path = try golden("v4")
    try execute(
      """
      UPDATE run SET status = 'open';
      UPDATE item SET score = NULL;
      DELETE FROM score WHERE id = 4;
      """, on: path)
    let store = try Store(path: path)
    let run = try store.run(named: "first")
    try store.addItems(try goldenRows(), to: run)
    let left = try store.unscoredItems(of: run)
    #expect(left.map(\.conversation.response) == ["No."])
    #expect(try store.summary(of: run).scored == 5)
  }
}
