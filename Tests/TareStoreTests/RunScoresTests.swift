import TareCore
import TareStore
import TareTesting
import Testing

/// Covariates of a run in a store.
@Suite struct RunScoresTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path())
  }

  private func values(_ scores: RunScores, _ name: String) -> [Double?] {
    scores.responses.map { $0.covariates[name] }
  }

  @Test func `covariates are counted on the store's texts`() throws {
    let plain = CandidateSet(
      id: "7", prompt: [.system("Be brief."), .user("Hi")],
      responses: [Candidate(role: .response, text: "# h\u{e9}llo\n\n1. **x**\n")])
    let run = try store.scoredRun([pair("a"), plain])
    let names = ["words", "headers", "markdown", "prompt_length", "tokens", "length"]
    let scores = try store.scores(of: run, covariates: names)
    #expect(values(scores, "words") == [3, 4, 4])
    #expect(values(scores, "headers") == [0, 0, 1])
    #expect(values(scores, "markdown") == [0, 0, 3])
    #expect(values(scores, "prompt_length") == [10, 10, 11])
    #expect(values(scores, "length") == [8, 16, 18])
    #expect(scores.covariates.map(\.name) == names)
    #expect(scores.covariates[0] == .computed(Words.self))
    #expect(scores.covariates[5] == .length)
    let items = try store.items(of: run)
    #expect(scores.items == items.map(\.id))
    #expect(try Array(store.scores(of: run).responses) == items.compactMap(\.scoredResponse))
    for item in items {
      #expect(item.score.map { Double($0.tokens) } == item.scoredResponse?.covariates["tokens"])
    }
  }

  @Test func `a column of the input counts before the text`() throws {
    let run = try store.scoredRun([
      pair("a", extras: ["words": .int(70), "votes": .double(0.5)]),
      pair("b", extras: ["words": .string(" 71"), "votes": .string("2e1"), "length": .int(1)]),
    ])
    let scores = try store.scores(of: run, covariates: ["words", "votes", "lines", "length"])
    #expect(values(scores, "words") == [70, 70, 71, 71])
    #expect(values(scores, "votes") == [0.5, 0.5, 20, 20])
    #expect(values(scores, "lines") == [1, 1, 1, 1])
    // The store's own length is never a column's.
    #expect(values(scores, "length") == [8, 16, 8, 16])
    #expect(
      scores.covariates == [
        .column("words"), .column("votes"), .computed(Lines.self), .length,
      ])
  }

  @Test func `a column must hold a number in every row`() throws {
    let run = try store.scoredRun([
      pair("a", extras: ["votes": .int(1)]), pair("b", extras: ["votes": .string("many")]),
      pair("c"),
    ])
    let error = #expect(throws: TareError.self) {
      try store.scores(of: run, covariates: ["votes"])
    }
    #expect(
      error?.description
        == "\(store.path), run 'first', row 2, column 'votes': expected a finite number, found \"many\""
    )
  }

  @Test func `a name that is neither is refused with those that there are`() throws {
    let run = try store.scoredRun([pair("a", extras: ["votes": .int(1)])])
    let error = #expect(throws: TareError.self) {
      try store.scores(of: run, covariates: ["length", "wrods"])
    }
    let message = error?.description ?? ""
    #expect(message.contains("expected length, characters, tokens, words"))
    #expect(
      message.hasSuffix(
        "readability, or a column of the input: 'votes', found no covariate 'wrods'"))
    #expect(error?.exitCode == 65)
  }

  @Test func `scores that came without texts have only what came with them`() throws {
    let rows = [
      try #require(JSONValue(parsing: #"{"id":1,"score":0.5,"tokens":9,"length":3}"#).object)
    ]
    let run = try store.importRun(named: "x", from: rows, source: "x.jsonl")
    let scores = try store.scores(of: run, covariates: ["length", "tokens"])
    #expect(scores.responses[0].covariates == ["length": 3, "tokens": 9])
    let error = #expect(throws: TareError.self) {
      try store.scores(of: run, covariates: ["words"])
    }
    #expect(
      error?.description.shows("run 'x', row 1: expected …, found scores that were imported")
        == true)
  }

  @Test func `what is read for speed is what the items say, finished or not`() throws {
    let graded = CandidateSet(
      id: "g", prompt: [.user("Hi")],
      responses: [
        Candidate(role: .response, text: "one"), Candidate(role: .chosen, text: "two"),
        Candidate(role: .response, text: "three"),
      ], extras: ["gold": .string("0.5"), "other": .null])
    let run = try store.createOrResumeRun(named: "x", scorer: .sample())
    try store.addItems([pair("a"), graded, pair("b", extras: ["label": .int(3)])], to: run)
    try store.scoreAll(run)
    let open = try store.scores(of: run)
    try store.finish(run)
    let finished = try store.scores(of: run)
    let items = try store.items(of: run)
    #expect(Array(finished.responses) == items.compactMap(\.scoredResponse))
    #expect(finished.items == items.map(\.id))
    #expect(open.responses == finished.responses)
    #expect(open.items == finished.items)
    #expect(finished.responses.map(\.label) == [nil, nil, 0.5, nil, 0.5, nil, nil])
  }

  @Test func `a row number that now is another score's is not believed`() throws {
    let run = try store.scoredRun([pair("a")])
    let before = try store.items(of: run)
    // As if another program had renumbered the scores.
    try execute("UPDATE score SET id = -id; UPDATE score SET id = 3 + id", on: folder.path())
    #expect(try store.items(of: run) == before)
    #expect(try Array(store.scores(of: run).responses) == before.compactMap(\.scoredResponse))
  }

  @Test func `a run that is not finished has no scores yet`() throws {
    let run = try store.createOrResumeRun(named: "x", scorer: .sample())
    try store.addItems([pair("a")], to: run)
    let error = #expect(throws: TareError.self) { try store.scores(of: run) }
    #expect(
      error?.description.hasPrefix("run 'x' is not finished: 2 of 2 responses have no score")
        == true)
  }
}
