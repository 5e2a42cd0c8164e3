import TareCore
import TareStore
import TareTesting
import Testing

@Suite struct StoreExchangeTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path())
  }

  private func lines(_ texts: String...) throws -> [JSONObject] {
    try texts.map { try #require(try JSONValue(parsing: $0).object) }
  }

  @Test func `a line has the form of score's output`() throws {
    let run = try store.scoredRun([pair("a", extras: ["n": .int(1), "score": .string("mine")])])
    let line = try store.items(of: run)[0].scoreRow
    #expect(
      JSONValue.object(line).text()
        == #"{"id":"a","role":"chosen","index":0,"score":2.6666667461395264,"tokens":10,"#
        + #""length":8,"truncated":false,"read_at":9,"subset":"easy","section":"Chat","n":1,"#
        + #""input_score":"mine"}"#)
  }

  @Test func `a run without scores is exported with nulls and cannot be imported`() throws {
    let run = try store.createOrResumeRun(named: "x", scorer: .sample())
    try store.addItems([pair("a")], to: run)
    let rows = try store.exportRows(of: run)
    #expect(rows[0]["score"] == .null)
    let error = #expect(throws: TareError.self) {
      try store.importRun(named: "y", from: rows, source: "x.jsonl")
    }
    #expect(error?.description.shows("x.jsonl, line 1, score: expected …, found nothing") == true)
    #expect(try store.runs().count == 1)
  }

  @Test func `an exported run is the same when imported elsewhere`() throws {
    let plain = CandidateSet(
      id: "a", prompt: [.user("a\u{0}b")],
      responses: (0..<3).map { Candidate(role: .response, text: "\($0)\u{0}😀") })
    let run = try store.scoredRun([pair("a"), pair("a", extras: ["n": .int(1)]), plain])
    let exported = try store.exportRows(of: run)
    let other = try Store(path: folder.path("other.db"))
    let imported = try other.importRun(named: "copy", from: exported, source: "a.jsonl")
    #expect(imported.status == .finished)
    #expect(imported.scorer.modelName == "imported from a.jsonl")
    #expect(try other.exportRows(of: imported) == exported)
    #expect(try other.items(of: imported).map(\.position) == [0, 0, 1, 1, 2, 2, 2])
    try other.delete(imported)
    #expect(try count("prompt", in: other.path) == 0)
  }

  @Test func `scores without texts are imported`() throws {
    let rows = try lines(
      #"{"id":1,"role":"chosen","index":0,"score":0.5,"tokens":9,"length":3,"read_at":8}"#,
      #"{"id":1,"role":"rejected","index":1,"score":-2,"length":4,"truncated":true,"why":"x"}"#,
      #"{"id":1,"score":7.25,"length":0}"#)
    let run = try store.importRun(named: "x", from: rows, source: "x.jsonl")
    let items = try store.items(of: run, withTexts: true)
    #expect(items.map(\.promptID) == ["1", "1", "1"])
    #expect(items.map(\.position) == [0, 1, 2])
    // Lines that say nothing of their place go on where the prompt's others end.
    #expect(items.map(\.index) == [0, 1, 2])
    #expect(items.map(\.role) == [.chosen, .rejected, .response])
    #expect(items.map(\.score?.value) == [0.5, -2, 7.25])
    #expect(items.map(\.score?.truncated) == [false, true, false])
    #expect(items[1].extras == ["why": .string("x")])
    #expect(items.allSatisfy { $0.conversation == nil })
  }

  @Test func `a file may be imported twice, under two names only`() throws {
    let rows = try lines(#"{"id":"a","score":1,"length":1}"#)
    let first = try store.importRun(named: "x", from: rows, source: "x.jsonl")
    #expect(throws: TareError.usage("\(store.path): run 'x' exists already: give another name")) {
      try store.importRun(named: "x", from: rows, source: "x.jsonl")
    }
    let second = try store.importRun(named: "y", from: rows, source: "x.jsonl")
    try store.delete(first)
    #expect(try store.items(of: second).map(\.score?.value) == [1])
  }

  @Test(arguments: [
    (
      #"{"score":1,"length":1}"#,
      "id: expected an integer or a string without NUL characters, found nothing"
    ),
    (
      #"{"id":[],"score":1,"length":1}"#,
      "id: expected an integer or a string without NUL characters, found []"
    ),
    (
      #"{"id":"a","length":1}"#,
      "score: expected a finite number in the range of a float32, found nothing"
    ),
    (
      #"{"id":"a","score":"1","length":1}"#,
      #"score: expected a finite number in the range of a float32, found "1""#
    ),
    (
      #"{"id":"a","score":1e39,"length":1}"#,
      "score: expected a finite number in the range of a float32, found 1e+39"
    ),
    (#"{"id":"a","score":1}"#, "length: expected an integer of at least 0, found nothing"),
    (#"{"id":"a","score":1,"length":-1}"#, "length: expected an integer of at least 0, found -1"),
    (
      #"{"id":"a","score":1,"length":1,"role":"winner"}"#,
      #"role: expected chosen, rejected, response, found "winner""#
    ),
    (
      #"{"id":"a","score":1,"length":1,"tokens":3,"read_at":3}"#,
      "read_at: expected an integer of at least 0 and below tokens, found 3"
    ),
    (
      #"{"id":"a","score":1,"length":1,"prompt":["Hi"]}"#,
      #"prompt: expected a list of messages, found ["Hi"]"#
    ),
  ])
  func `a line that is not right is named with its member`(line: String, message: String) throws {
    let rows = try lines(#"{"id":"a","score":1,"length":1}"#, line)
    let error = #expect(throws: TareError.self) {
      try store.importRun(named: "x", from: rows, source: "x.jsonl")
    }
    #expect(error?.exitCode == 65)
    #expect(error?.description == "x.jsonl, line 2, \(message)")
    #expect(try store.runs() == [])
  }
}
