/// Stores that another program has changed by hand.
import Foundation
import GRDB
import TareCore
import TareFormats
import TareStore
import TareTesting
import Testing

@Suite struct StoreSealTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A finished run with a calibration, as the stages leave it.
  private func made() throws -> (store: Store, run: Run, calibration: StoredCalibration) {
    let store = try Store(path: folder.path())
    let run = try store.scoredRun([pair("a", extras: ["label": 1]), pair("b"), pair("c")])
    let scores = try store.items(of: run).map {
      CalibratedScore(item: $0.id, value: Double($0.index), bias: 0.5)
    }
    let calibration = try store.saveCalibration(
      ["method": "lowess"], method: "lowess", scores: scores, of: run)
    return (store, run, calibration)
  }

  /// What a stage does with a run: its scores, its texts, its calibrated scores.
  private func readAll(_ path: String) throws {
    let store = try Store(path: path, access: .readOnly)
    let run = try store.run(named: "first")
    _ = try store.scores(of: run)
    _ = try store.exportRows(of: run)
    for calibration in try store.calibrations(of: run) {
      _ = try store.calibratedScores(of: calibration)
    }
  }

  @Test(arguments: [
    "UPDATE score SET value = value + 1 WHERE id = 2", "UPDATE score SET value = 1e30 WHERE id = 1",
    "UPDATE score SET tokens = 11 WHERE id = 3", "UPDATE response SET text = 'other' WHERE id = 2",
    """
    UPDATE prompt SET messages = replace(messages, 'What', 'Who') WHERE id = 1
    """,
    "UPDATE item SET role = 'rejected' WHERE id = 1", "UPDATE item SET length = 3 WHERE id = 1",
    "DELETE FROM inputRow WHERE id = 2", "DELETE FROM item WHERE id = 4",
    "UPDATE inputRow SET extras = '{\"label\":0}' WHERE id = 1",
    "UPDATE inputRow SET name = 'z' WHERE id = 1", "UPDATE inputRow SET subset = 'x' WHERE id = 3",
    """
    UPDATE item SET tokenDigest = randomblob(32) WHERE id = 1;
    """,
    """
    CREATE TEMP TABLE t AS SELECT id, tokenDigest AS d, score AS s FROM item WHERE id IN (1, 2);
    UPDATE item SET tokenDigest = (SELECT d FROM t WHERE t.id = 3 - item.id),
      score = (SELECT s FROM t WHERE t.id = 3 - item.id) WHERE id IN (1, 2)
    """,
    "UPDATE item SET response = 1 WHERE id = 2", "UPDATE item SET truncated = 1 WHERE id = 1",
    "UPDATE model SET digest = randomblob(32)", "UPDATE scorer SET precision = 'bfloat16'",
    "UPDATE run SET settings = '{\"bos\":\"add\"}'",
    "PRAGMA foreign_keys = OFF; DELETE FROM response WHERE id = 1",
    "PRAGMA foreign_keys = OFF; DELETE FROM prompt WHERE id = 1",
    "UPDATE calibratedScore SET value = 7 WHERE item = 1", "UPDATE calibratedScore SET bias = 0",
    "DELETE FROM calibratedScore WHERE item = 1", "UPDATE calibration SET artefact = '{}'",
    "UPDATE calibration SET method = 'mean'",
  ])
  func `a change by hand is found by whoever reads, and by a check`(sql: String) throws {
    _ = try made()
    #expect(try !Store.check(path: folder.path()).isDamaged)
    try readAll(folder.path())
    try execute(sql, on: folder.path())
    let error = #expect(throws: TareError.self) { try readAll(folder.path()) }
    #expect(error?.exitCode == 65, "\(error as Any)")
    #expect(error?.description.contains("tare store check") == true, "\(error as Any)")
    let report = try Store.check(path: folder.path())
    #expect(report.isDamaged)
  }

  @Test func `a changed run is not finished anew, which would vouch for the change`() throws {
    let (store, run, _) = try made()
    try store.finish(run)
    try execute("UPDATE score SET value = 2 WHERE id = 1", on: folder.path())
    #expect(throws: TareError.self) { try store.finish(run) }
    #expect(throws: TareError.self) {
      try store.createOrResumeRun(named: "first", scorer: .sample())
    }
  }

  @Test func `a run that gets more rows is sealed again when it is finished`() throws {
    let (store, run, _) = try made()
    try store.addItems([pair("d")], at: 3, to: run)
    #expect(try store.items(of: run).count == 8)
    try store.scoreAll(run)
    try store.finish(run)
    #expect(try store.items(of: run).count == 8)
    let report = try Store.check(path: folder.path())
    #expect(report.runs.map(\.isSealed) == [true])
    #expect(report.findings.isEmpty, "\(report.findings)")
  }

  @Test func `an imported file that was changed is found`() throws {
    let store = try Store(path: folder.path())
    let csv = Data("prompt_id,score,label\na,1,1\na,2,0\n".utf8)
    let run = try store.importRun(named: "f", from: ScoreFile(name: "f.csv", data: csv))
    #expect(try store.scores(of: run).responses.count == 2)
    let other = Data("prompt_id,score,label\na,3,1\na,2,0\n".utf8)
    let content = try Gzip.deflated(other).map { String(format: "%02x", $0) }.joined()
    try execute("UPDATE source SET content = x'\(content)'", on: folder.path())
    let error = #expect(throws: TareError.self) { try store.scores(of: run) }
    #expect(error?.description.contains("another file than the one it was imported from") == true)
    let report = try Store.check(path: folder.path())
    #expect(report.runs.map(\.isWhole) == [false])
    // What is saved of it has the scores, is open, and is sound.
    let saved = folder.path("recovered.db")
    #expect(try Store.recover(path: folder.path(), to: saved).runs.map(\.isWhole) == [false])
    #expect(try Store.check(path: saved).isDamaged == false)
    let copy = try Store(path: saved)
    #expect(try copy.items(of: copy.run(named: "f")).map { $0.score?.value } == [1, 2])
  }

  @Test func `a run of a store without seals is read, and the check says that nothing is known`()
    throws
  {
    _ = try made()
    try execute("DELETE FROM runSeal; DELETE FROM calibrationSeal", on: folder.path())
    try readAll(folder.path())
    let report = try Store.check(path: folder.path())
    #expect(!report.isDamaged)
    #expect(report.runs.map(\.isSealed) == [false])
    #expect(report.findings.map(\.severity) == [.note])
  }
}
