/// Standard deviations of scores in a store.
import Foundation
import TareCore
import TareStore
import TareTesting
import Testing

@Suite struct StoreDeviationTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path())
  }

  /// - Parameter deviations: of the responses, in the order of the input.
  private func made(
    _ rows: [CandidateSet], _ deviations: [Float?]
  ) throws -> Run {
    let run = try store.createOrResumeRun(named: "first", scorer: .sample())
    try store.addItems(rows, to: run)
    let items = try store.unscoredItems(of: run, after: nil)
    let tokens = items.map {
      ItemTokens(item: $0.id, digest: $0.conversation.textDigest, truncated: false)
    }
    try store.setTokens(tokens, of: run)
    for (tokens, deviation) in zip(tokens, deviations) {
      let score = StoredScore(value: 1, tokens: 10, readAt: 9, deviation: deviation)
      try store.insert(scores: [tokens.digest: score], by: .sample())
    }
    try store.finish(run)
    return try store.run(named: "first")
  }

  @Test func `deviations are kept, exported, and read as a covariate`() throws {
    let run = try made([pair("a"), pair("b")], [0.5, 0, 0.25, 3])
    let rows = try store.exportRows(of: run)
    #expect(rows.map { $0["score_sd"]?.double } == [0.5, 0, 0.25, 3])
    let scores = try store.scores(of: run, covariates: ["score_sd"])
    #expect(scores.responses.map { $0.covariates["score_sd"] } == [0.5, 0, 0.25, 3])
    let other = try store.importRun(named: "again", from: rows, source: "x.jsonl")
    #expect(try store.exportRows(of: other) == rows)
  }

  @Test func `a head without deviations leaves the input's own column alone`() throws {
    let rows = [pair("a", extras: ["score_sd": 7])]
    let run = try made(rows, [nil, nil])
    #expect(try store.exportRows(of: run).map { $0["score_sd"]?.double } == [7, 7])
    let scores = try store.scores(of: run, covariates: ["score_sd"])
    #expect(scores.responses.map { $0.covariates["score_sd"] } == [7, 7])
  }

  @Test func `the head's own come before the input's`() throws {
    let run = try made([pair("a", extras: ["score_sd": 7])], [1, 2])
    let rows = try store.exportRows(of: run)
    #expect(rows.map { $0["score_sd"]?.double } == [1, 2])
    #expect(rows.map { $0["input_score_sd"]?.double } == [7, 7])
    let scores = try store.scores(of: run, covariates: ["score_sd"])
    #expect(scores.responses.map { $0.covariates["score_sd"] } == [1, 2])
  }

  @Test func `scores without any are refused where they are asked for`() throws {
    let run = try made([pair("a")], [nil, nil])
    let error = #expect(throws: TareError.self) {
      try store.scores(of: run, covariates: ["score_sd"])
    }
    #expect(error?.description.contains("a score without a standard deviation") == true)
  }

  @Test func `a deviation that changes is found`() throws {
    let run = try made([pair("a")], [1, 2])
    let texts = try #require(store.items(of: run, withTexts: true).first?.conversation)
    try execute("UPDATE score SET deviation = 1.5 WHERE id = 1", on: folder.path())
    #expect(throws: TareError.self) { try store.scores(of: run) }
    // The same tokens always have the same deviation.
    let other = StoredScore(value: 1, tokens: 10, readAt: 9, deviation: 9)
    #expect(throws: TareError.self) {
      try store.insert(scores: [texts.textDigest: other], by: .sample())
    }
  }
}
