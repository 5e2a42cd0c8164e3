import TareCore
import TareStore
import TareTesting
import Testing

@Suite struct StoreItemTests {
  private let folder: TemporaryFolder
  private let store: Store
  private let run: Run

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path())
    run = try store.createOrResumeRun(named: "x", scorer: .sample())
  }

  @Test func `items come back in input order with all they came with`() throws {
    let plain = CandidateSet(
      id: "7", prompt: [.system("Be brief."), .user("Hi")],
      responses: [Candidate(role: .response, text: "héllo 😀")])
    try store.addItems([pair("b")], at: 1, to: run)
    try store.addItems([plain], to: run)
    let items = try store.items(of: run, withTexts: true)
    #expect(items.map(\.promptID) == ["7", "b", "b"])
    #expect(items.map(\.position) == [0, 1, 1])
    #expect(items.map(\.index) == [0, 0, 1])
    #expect(items.map(\.role) == [.response, .chosen, .rejected])
    #expect(items.map(\.subset) == [nil, "easy", "easy"])
    #expect(items.map(\.section) == [nil, "Chat", "Chat"])
    #expect(items.map(\.length) == [7, 8, 16])
    #expect(items.allSatisfy { $0.score == nil && $0.scoredResponse == nil })
    #expect(items[0].conversation == Conversation(prompt: plain.prompt, response: "héllo 😀"))
    #expect(try store.items(of: run).allSatisfy { $0.conversation == nil })
  }

  @Test(arguments: [
    "", "a\u{0}b\u{0}", "\u{0}", "e\u{301} \u{1F468}\u{200D}\u{1F469}", "\r\n\t'\"\\",
  ])
  func `a text comes back to the byte`(text: String) throws {
    let row = CandidateSet(
      id: text.contains("\u{0}") ? "x" : text, prompt: [.user(text)],
      responses: [Candidate(role: .response, text: text)], extras: ["k": .string(text)])
    try store.addItems([row], to: run)
    let item = try #require(try store.items(of: run, withTexts: true).first)
    let messages = try #require(item.conversation?.messages)
    #expect(messages.map { Array($0.content.utf8) } == [Array(text.utf8), Array(text.utf8)])
    #expect(item.extras["k"]?.string.map { Array($0.utf8) } == Array(text.utf8))
    #expect(item.length == text.unicodeScalars.count)
  }

  /// Swift holds these two equal; a tokenizer does not.
  @Test func `canonically equivalent texts are two responses`() throws {
    let row = CandidateSet(
      id: "x", prompt: [],
      responses: ["\u{E9}", "e\u{301}"].map { Candidate(role: .response, text: $0) })
    try store.addItems([row], to: run)
    #expect(try count("response", in: store.path) == 2)
    #expect(try store.items(of: run).map(\.length) == [1, 2])
  }

  @Test func `a NUL in an id is refused with the row`() {
    let error = #expect(throws: TareError.self) {
      try store.addItems([pair("a"), pair("b\u{0}c")], to: run)
    }
    #expect(
      error?.description.begins("\(store.path), run 'x', row 2: expected …, found a NUL") == true)
    #expect(throws: Never.self) { try store.addItems([pair("a")], to: run) }
  }

  @Test func `the same rows may come again, also in other portions`() throws {
    let rows = (0..<7).map { pair("row \($0)", extras: ["n": .int($0)]) }
    try store.addItems(rows[..<5], to: run)
    try store.scoreAll(run)
    let before = try store.items(of: run)
    try store.addItems(rows[3...], at: 3, to: run)
    try store.addItems(rows, to: run)
    let items = try store.items(of: run)
    #expect(items.count == 14)
    #expect(Array(items.prefix(10)) == before)
  }

  @Test(arguments: [
    CandidateSet(id: "other", prompt: [], responses: []),
    CandidateSet(id: "b", prompt: [], responses: []),
  ])
  func `a row without responses is refused`(row: CandidateSet) {
    let error = #expect(throws: TareError.self) { try store.addItems([pair("a"), row], to: run) }
    #expect(error?.description.shows("row 2: expected …, found no response") == true)
  }

  @Test(arguments: 0..<7)
  func `a row that changed is refused and nothing is added`(change: Int) throws {
    try store.addItems([pair("a"), pair("b")], to: run)
    var row = pair("b")
    switch change {
    case 0: row.id = "c"
    case 1: row.subset = nil
    case 2: row.section = "Code"
    case 3: row.extras["new"] = .bool(true)
    case 4: row.prompt[0].content += "?"
    case 5: row.responses[1].turns[0].content += "."
    default: row.responses.swapAt(0, 1)
    }
    let error = #expect(throws: TareError.self) {
      try store.addItems([pair("a"), row, pair("c")], to: run)
    }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("row 2: expected the same input") == true)
    #expect(try store.summary(of: run).rows == 2)
    #expect(try count("response", in: store.path) == 4)
  }

  @Test func `texts are kept once for all runs`() throws {
    let other = try store.createOrResumeRun(named: "y", scorer: .sample(model: "other"))
    for run in [run, other] { try store.addItems([pair("a")], to: run) }
    #expect(try count("prompt", in: store.path) == 1)
    #expect(try count("response", in: store.path) == 2)
    #expect(try count("item", in: store.path) == 4)
  }

  // MARK: - Scoring

  @Test(arguments: [1, 3, 4, 100])
  func `unscored items come in pages, in input order`(limit: Int) throws {
    try store.addItems((0..<5).map { pair("row \($0)") }, to: run)
    var items: [UnscoredItem] = []
    while case let page = try store.unscoredItems(of: run, after: items.last, limit: limit),
      !page.isEmpty
    {
      #expect(page.count <= limit)
      items += page
    }
    #expect(items.map(\.position) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    #expect(items.map(\.index) == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
    #expect(
      items.map(\.conversation) == (try store.items(of: run, withTexts: true)).map(\.conversation))
  }

  @Test func `a scored item is not asked for again`() throws {
    try store.addItems([pair("a"), pair("b")], to: run)
    let item = try store.unscoredItems(of: run)[1]
    let tokens = ItemTokens(item: item.id, digest: Digest(of: "t"), truncated: true)
    try store.setTokens([tokens], of: run)
    #expect(try store.unscoredItems(of: run).count == 4)
    try store.insert(scores: [Digest(of: "t"): StoredScore(2.5)], by: run.scorer)
    #expect(try store.unscoredItems(of: run).count == 3)
    let scored = try #require(try store.items(of: run).first { $0.id == item.id })
    #expect(
      scored.score == Score(value: 2.5, tokens: 10, length: 16, readAt: 9, truncated: true))
    #expect(scored.scoredResponse?.covariates == ["length": 16, "tokens": 10])
    #expect(scored.scoredResponse?.promptID == "a")
  }

  @Test func `a text that another run has scored is scored already`() throws {
    _ = try store.scoredRun(named: "first", [pair("a")])
    try store.addItems([pair("a"), pair("b")], to: run)
    let tokens = try store.unscoredItems(of: run).map { item in
      ItemTokens(item: item.id, digest: item.conversation.textDigest, truncated: false)
    }
    try store.setTokens(tokens, of: run)
    #expect(try store.knownScores(by: run.scorer, for: tokens.map(\.digest)).count == 2)
    #expect(try store.unscoredItems(of: run).map(\.position) == [1, 1])
  }

  @Test func `a whole text and a cut one may share their tokens`() throws {
    try store.addItems([pair("a")], to: run)
    let items = try store.unscoredItems(of: run)
    try store.setTokens(
      items.map { .init(item: $0.id, digest: Digest(of: "t"), truncated: $0.index == 1) }, of: run)
    try store.insert(scores: [Digest(of: "t"): StoredScore(1)], by: run.scorer)
    #expect(try store.items(of: run).map(\.score?.truncated) == [false, true])
  }

  @Test func `other tokens for the same response are an error`() throws {
    try store.addItems([pair("a")], to: run)
    let item = try store.unscoredItems(of: run)[0].id
    let tokens = ItemTokens(item: item, digest: Digest(of: "t"), truncated: false)
    try store.setTokens([tokens, tokens], of: run)
    for other in [
      ItemTokens(item: item, digest: Digest(of: "u"), truncated: false),
      ItemTokens(item: item, digest: Digest(of: "t"), truncated: true),
      ItemTokens(item: item + 99, digest: Digest(of: "t"), truncated: false),
    ] {
      #expect(throws: TareError.self) { try store.setTokens([other], of: run) }
    }
    let otherRun = try store.createOrResumeRun(named: "y", scorer: .sample())
    #expect(throws: TareError.self) { try store.setTokens([tokens], of: otherRun) }
  }

  /// Nothing may grow with the square of the input. Measured: 2 s of processor time in all.
  @Test func `twenty thousand rows are added, paged and read in seconds`() throws {
    let rows = (0..<20_000).map { pair("row \($0)") }
    let adding = try processorTime { try store.addItems(rows, to: run) }
    let again = try processorTime { try store.addItems(rows, to: run) }
    var pages = 0
    let paging = try processorTime {
      var last: UnscoredItem?
      while let next = try store.unscoredItems(of: run, after: last).last {
        (last, pages) = (next, pages + 1)
      }
    }
    var items: [RunItem] = []
    let reading = try processorTime { items = try store.items(of: run) }
    try store.delete(try store.scoredRun(named: "y", rows))
    let deleting = try processorTime { try store.delete(run) }
    #expect(try count("response", in: store.path) == 0)
    #expect(pages == 40)
    #expect(items.count == 40_000)
    print(
      "20,000 rows: added \(adding), again \(again), paged \(paging), read \(reading), "
        + "deleted \(deleting)")
    #expect(adding + again + paging + reading + deleting < .seconds(10))
  }
}
