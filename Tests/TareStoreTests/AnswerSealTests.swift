/// Answers to typed questions, and runs of judges, that another program has changed.
import Foundation
import TareCore
import TareStore
import TareTesting
import Testing

@Suite struct AnswerSealTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ text: String) -> Digest { Digest(of: text) }

  /// A finished run of two questions about two pairs; the second question has no answer for one
  /// response.
  private func decided() throws -> (store: Store, run: Run) {
    let store = try Store(path: folder.path())
    let run = try store.createOrResumeRun(named: "first", scorer: .sample())
    try store.addItems([pair("a"), pair("b")], to: run)
    var decisions: [Digest: StoredDecision] = [:]
    var items: [ItemDecisions] = []
    for (place, item) in try store.undecidedItems(of: run).enumerated() {
      let digests = (0..<(place == 3 ? 1 : 2)).map { read("\(place), \($0)") }
      for digest in digests {
        decisions[digest] = StoredDecision(
          scores: [1, Float(place)], probabilities: [0.75, 0.25], labelMass: 0.5,
          isTopALabel: true, tokens: 9)
      }
      items.append(
        ItemDecisions(
          item: item.id, reads: place == 3 ? [digests[0], nil] : digests,
          reward: (read("reward \(place)"), StoredScore(Float(place)))))
    }
    #expect(items.count == 4)
    try store.insert(decisions: decisions, by: .sample(head: nil), for: items, of: run)
    try store.finishDecisions(run)
    return (store, try store.run(named: "first"))
  }

  private func readAll() throws -> [[StoredDecision?]] {
    let store = try Store(path: folder.path(), access: .readOnly)
    var all: [[StoredDecision?]] = []
    try store.forEachDecided(of: store.run(named: "first")) { _, answers in all.append(answers) }
    return all
  }

  @Test(arguments: [
    "UPDATE decision SET probabilities = scores WHERE id = 1",
    "UPDATE decision SET scores = probabilities WHERE id = 2",
    "UPDATE decision SET labelMass = 1 WHERE id = 3", "UPDATE decision SET topIsLabel = 0",
    "UPDATE decision SET tokens = 8 WHERE id = 1",
    "UPDATE decision SET readDigest = randomblob(32) WHERE id = 1",
    """
    UPDATE decisionAnswer SET decision = (SELECT max(id) FROM decision WHERE id <> decision)
    WHERE item = 1 AND question = 0
    """,
    "UPDATE decisionAnswer SET decision = NULL WHERE item = 2 AND question = 1",
    "DELETE FROM decisionAnswer WHERE item = 1 AND question = 1",
    "INSERT INTO decisionAnswer (item, question, decision) VALUES (1, 2, 1)",
    "DELETE FROM decisionAnswer", "UPDATE score SET value = value + 1 WHERE id = 2",
    "PRAGMA foreign_keys = OFF; DELETE FROM decision WHERE id = 1",
  ])
  func `a changed answer to a typed question is found by whoever reads, and by a check`(
    sql: String
  ) throws {
    _ = try decided()
    let answers = try readAll()
    #expect(answers.map(\.count) == [2, 2, 2, 2] && answers[3][1] == nil)
    #expect(try !Store.check(path: folder.path()).isDamaged)
    try execute(sql, on: folder.path())
    let error = #expect(throws: TareError.self) { try readAll() }
    #expect(error?.exitCode == 65, "\(error as Any)")
    #expect(error?.description.contains("tare store check") == true, "\(error as Any)")
    #expect(try Store.check(path: folder.path()).isDamaged)
  }

  @Test func `answers of another run do not break a seal`() throws {
    let (store, _) = try decided()
    let other = try store.createOrResumeRun(named: "other", scorer: .sample(model: "other"))
    try store.addItems([pair("c")], to: other)
    let items = try store.undecidedItems(of: other).map {
      ItemDecisions(item: $0.id, reads: [read("0, 0")], reward: nil)
    }
    let known = try store.knownDecisions(by: .sample(head: nil), for: [read("0, 0")])
    try store.insert(decisions: known, by: .sample(head: nil), for: items, of: other)
    #expect(try readAll().count == 4)
    #expect(try !Store.check(path: folder.path()).isDamaged)
  }

  /// A judge's scores are sealed as any scores are; its replies, which scores are made of anew, are
  /// not, as docs/security.md says.
  @Test func `the scores of a judge's run are sealed`() throws {
    let store = try Store(path: folder.path())
    let run = try store.createOrResumeRun(named: "first", scorer: .sample())
    try store.addItems([pair("a"), pair("b")], to: run)
    try store.insert(
      judgeAnswer: ["text": "7"], JudgeAnswerKey(request: read("r"), sample: 0), of: run)
    try store.scoreAll(run)
    try store.finish(run)
    let finished = try store.run(named: "first")
    #expect(try store.scores(of: finished).responses.count == 4)
    try execute("UPDATE score SET value = 0.5 WHERE id = 1", on: folder.path())
    #expect(throws: TareError.self) { try store.scores(of: finished) }
    #expect(try Store.check(path: folder.path()).isDamaged)
  }
}
