import TareCore
import TareStore
import TareTesting
import Testing

@Suite struct StoreRunTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path())
  }

  @Test func `a run keeps what it was made with`() throws {
    let settings: JSONObject = ["maxTokens": .int(2048), "bos": .string("auto")]
    let made = try store.createOrResumeRun(
      named: "first", scorer: .sample(), templateDate: "2026-07-01", settings: settings)
    let found = try Store(path: folder.path()).run(named: "first")
    #expect(found == made)
    #expect(found.scorer == .sample())
    #expect(found.templateDate == "2026-07-01")
    #expect(found.settings["maxTokens"]?.int == 2048)
    #expect(found.status == .open)
    #expect(found.createdAt.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
  }

  @Test func `a run is resumed if nothing is different`() throws {
    let settings: JSONObject = ["a": .int(1), "b": .int(2)]
    let reordered: JSONObject = ["b": .int(2), "a": .int(1)]
    let made = try store.createOrResumeRun(named: "x", scorer: .sample(), settings: settings)
    var renamed = Scorer.sample()
    renamed.modelName = "another path to the same model"
    let resumed = try store.createOrResumeRun(named: "x", scorer: renamed, settings: reordered)
    #expect(resumed == made)
    #expect(try store.runs().count == 1)
  }

  @Test func `a name that is taken says what is different`() throws {
    _ = try store.createOrResumeRun(named: "x", scorer: .sample(), settings: ["a": .int(1)])
    var scorer = Scorer.sample(head: nil)
    scorer.precision = "int8"
    let error = #expect(throws: TareError.self) {
      try store.createOrResumeRun(
        named: "x", scorer: scorer, templateDate: "2026-07-01", settings: ["a": .int(2)])
    }
    #expect(
      error
        == .usage(
          "\(store.path): run 'x' was made with head \(Digest(of: "head")), not the model's own; "
            + "precision float32, not int8; date none, not 2026-07-01; setting a 1, not 2: "
            + "give another name, or delete that run"))
  }

  @Test func `an unknown run lists the known ones`() throws {
    let empty = #expect(throws: TareError.self) { try store.run(named: "x") }
    #expect(empty == .usage("\(store.path): no run 'x'; the runs are: none"))
    for name in ["b", "a"] { _ = try store.createOrResumeRun(named: name, scorer: .sample()) }
    let error = #expect(throws: TareError.self) { try store.run(named: "x") }
    #expect(error == .usage("\(store.path): no run 'x'; the runs are: b, a"))
  }

  @Test func `a summary counts`() throws {
    let run = try store.createOrResumeRun(named: "x", scorer: .sample())
    try store.addItems([pair("a"), pair("b"), pair("c")], to: run)
    #expect(try store.summary(of: run).items == 6)
    #expect(try store.summary(of: run).scored == 0)
    try store.scoreAll(run)
    let summary = try store.summary(of: run)
    #expect(summary.rows == 3)
    #expect(summary.scored == 6)
    #expect(try store.runs() == [summary])
  }

  @Test func `a run is finished when all is scored and opened by new rows`() throws {
    let run = try store.createOrResumeRun(named: "x", scorer: .sample())
    try store.addItems([pair("a")], to: run)
    let error = #expect(throws: TareError.self) { try store.finish(run) }
    #expect(error?.description.contains("2 of 2 responses have no score") == true)
    try store.scoreAll(run)
    try store.finish(run)
    #expect(try store.run(named: "x").status == .finished)
    try store.addItems([pair("a")], to: run)
    #expect(try store.run(named: "x").status == .finished)
    try store.addItems([pair("b")], at: 1, to: run)
    #expect(try store.run(named: "x").status == .open)
  }

  @Test func `a date that is none is refused by the schema`() {
    #expect(throws: TareError.self) {
      try store.createOrResumeRun(named: "x", scorer: .sample(), templateDate: "2026-02-30")
    }
  }

  // MARK: - Deleting

  @Test func `deleting a run keeps what others use and removes the rest`() throws {
    let first = try store.scoredRun(named: "first", [pair("a"), pair("b")])
    let second = try store.scoredRun(named: "second", [pair("b"), pair("c")])
    #expect(try count("score", in: store.path) == 6)

    try store.delete(first)
    #expect(try store.runs().map(\.run.name) == ["second"])
    #expect(try store.summary(of: second).scored == 4)
    #expect(try count("score", in: store.path) == 4)
    #expect(try count("prompt", in: store.path) == 2)
    #expect(try count("response", in: store.path) == 4)

    try store.delete(second)
    for table in ["run", "inputRow", "item", "score", "prompt", "response", "scorer", "model"] {
      #expect(try count(table, in: store.path) == 0, "\(table)")
    }
    #expect(try integrity(of: store.path) == "ok")
  }

  @Test func `scores of another scorer for the same texts stay`() throws {
    let first = try store.scoredRun(named: "first", [pair("a")])
    let second = try store.scoredRun(named: "second", scorer: .sample(model: "other"), [pair("a")])
    try store.delete(first)
    #expect(try store.summary(of: second).scored == 2)
    #expect(try count("score", in: store.path) == 2)
    #expect(try count("model", in: store.path) == 1)
  }

  @Test func `calibrations and evaluations go with their run, features stay`() throws {
    let run = try store.scoredRun([pair("a")])
    let items = try store.items(of: run)
    let calibration = try store.saveCalibration(
      .null, method: "mean", scores: items.map { .init(item: $0.id, value: 1, bias: 0) }, of: run)
    try store.saveEvaluation(.null, benchmark: "pairs", calibration: calibration, of: run)
    try store.insert(features: [Digest(of: "a"): [1]], by: run.scorer)
    try store.delete(run)
    for table in ["calibration", "calibratedScore", "evaluation", "score"] {
      #expect(try count(table, in: store.path) == 0, "\(table)")
    }
    #expect(try store.features(by: .sample(), for: [Digest(of: "a")]).count == 1)
  }

  @Test func `whoever still holds a deleted run is told so, even if its name is used again`() throws
  {
    let old = try store.scoredRun(named: "x", [pair("a")])
    try store.delete(old)
    let new = try store.createOrResumeRun(named: "x", scorer: .sample())
    #expect(new.id != old.id)
    let gone = TareError.usage("\(store.path): run 'x' has been deleted")
    #expect(throws: gone) { try store.addItems([pair("b")], to: old) }
    #expect(throws: gone) { try store.items(of: old) }
    #expect(throws: gone) { try store.finish(old) }
    #expect(throws: gone) { try store.delete(old) }
    #expect(try store.summary(of: new).items == 0)
  }
}
