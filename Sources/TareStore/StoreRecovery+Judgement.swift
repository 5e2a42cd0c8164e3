/// What was copied of a damaged store and is no longer what it was: it goes, or is open again.
import Foundation
import GRDB
import TareCore

extension StoreRecovery {
  private mutating func drop(_ table: String, _ count: Int) {
    guard let place = report.tables.firstIndex(where: { $0.name == table }) else { return }
    report.tables[place].saved -= count
    report.tables[place].dropped += count
  }

  private mutating func delete(from table: String, where condition: String) throws {
    try db.execute(sql: "DELETE FROM main.\"\(table)\" WHERE \(condition)")
    drop(table, db.changesCount)
  }

  mutating func dropChangedTexts() throws {
    var changed: [Int64] = []
    let prompts = try Row.fetchCursor(
      db, sql: "SELECT id, digest, messages, context FROM main.prompt")
    while let row = try prompts.next() {
      let own = StoredPrompt.digest(try row.decode(atIndex: 2), try row.decode(atIndex: 3))
      if try own != Digest(row, at: 1) { changed.append(try row.decode(atIndex: 0)) }
    }
    try delete(from: "prompt", where: "id IN (\(changed.list))")
    changed = []
    let responses = try Row.fetchCursor(
      db, sql: "SELECT id, digest, CAST(text AS BLOB), turns FROM main.response")
    while let row = try responses.next() {
      let own = [Message].responseDigest(
        try row.decode(Data.self, atIndex: 2), try row.decode(atIndex: 3))
      if try own != Digest(row, at: 1) { changed.append(try row.decode(atIndex: 0)) }
    }
    try delete(from: "response", where: "id IN (\(changed.list))")
  }

  /// Rows that belong to what is lost; a response whose text is lost keeps its score.
  mutating func dropOrphans() throws {
    try delete(from: "response", where: "prompt NOT IN (SELECT id FROM main.prompt)")
    try db.execute(
      sql: """
        UPDATE main.item SET response = NULL
        WHERE response IS NOT NULL AND response NOT IN (SELECT id FROM main.response)
        """)
    try delete(
      from: "stepScore",
      where: """
        NOT EXISTS (SELECT 1 FROM main.score
          WHERE score.scorer = stepScore.scorer AND score.tokenDigest = stepScore.tokenDigest)
        """)
    try delete(
      from: "calibratedScore",
      where: """
        calibration NOT IN (SELECT id FROM main.calibration)
          OR item NOT IN (SELECT id FROM main.item)
        """)
    try delete(
      from: "decisionAnswer",
      where: """
        item NOT IN (SELECT id FROM main.item)
          OR decision IS NOT NULL AND decision NOT IN (SELECT id FROM main.decision)
        """)
    try delete(
      from: "judgeRequest",
      where: """
        run NOT IN (SELECT id FROM main.run) OR answer NOT IN (SELECT id FROM main.judgeAnswer)
        """)
    // What is dropped may leave others without what they belong to.
    for _ in 0..<16 {
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT DISTINCT "table", rowid FROM pragma_foreign_key_check WHERE rowid IS NOT NULL
          """)
      guard !rows.isEmpty else { return }
      for row in rows {
        let table: String = try row.decode(atIndex: 0)
        try delete(from: table, where: "rowid = \(try row.decode(Int64.self, atIndex: 1))")
      }
    }
  }

  /// A calibration of which something is missing goes.
  mutating func judgeCalibrations() throws {
    for id in try Int64.fetchAll(db, sql: "SELECT id FROM main.calibration") {
      guard try Seal.state(ofCalibration: id, in: db) == .broken else { continue }
      try delete(from: "calibratedScore", where: "calibration = \(id)")
      try delete(from: "evaluation", where: "calibration = \(id)")
      try delete(from: "calibrationSeal", where: "calibration = \(id)")
      try delete(from: "calibration", where: "id = \(id)")
    }
  }

  /// A kept score file that is no longer the one that was imported goes; the run has its scores without it.
  mutating func judgeSources() throws {
    for row in try Row.fetchAll(
      db,
      sql: "SELECT run.id, run.name FROM main.source JOIN main.run ON run.id = source.run")
    {
      let id: Int64 = try row.decode(atIndex: 0)
      do {
        guard let run = try Run.find(try row.decode(atIndex: 1), in: db) else { continue }
        _ = try Store.source(of: run, in: db)
      } catch {
        try delete(from: "source", where: "run = \(id)")
        withoutSource.insert(id)
      }
    }
  }

  /// A run that is not what it was when it was finished is open again, so that no stage takes it for whole.
  mutating func judgeRuns() throws {
    let isComplete = report.tables.allSatisfy { $0.saved == $0.expected && $0.dropped == 0 }
    for row in try Row.fetchAll(db, sql: "SELECT id, name, status FROM main.run ORDER BY id") {
      let id: Int64 = try row.decode(atIndex: 0)
      let isFinished = try row.decode(String.self, atIndex: 2) == "finished"
      let seal = try Seal.state(ofRun: id, in: db)
      let isWhole =
        isFinished && !withoutSource.contains(id)
        && (seal == .whole || seal == .missing && isComplete)
      if isFinished, !isWhole {
        try db.execute(sql: "UPDATE main.run SET status = 'open' WHERE id = ?", arguments: [id])
        try Seal.remove(from: id, in: db)
        try dropBrokenRows(of: id)
      }
      let responses = try Int.fetchOne(
        db,
        sql: """
          SELECT count(*) FROM main.inputRow JOIN main.item ON item.inputRow = inputRow.id
          WHERE run = ?
          """, arguments: [id])
      report.runs.append(
        .init(name: try row.decode(atIndex: 1), responses: responses ?? 0, isWhole: isWhole))
    }
  }

  /// Rows of a run that may have lost responses: the command that made the run adds them again, and finds
  /// the scores that are there.
  ///
  /// Items get their numbers row by row: where one is missing, the rows before and behind are dropped.
  private mutating func dropBrokenRows(of run: Int64) throws {
    let lost = report.tables.filter { ["inputRow", "item"].contains($0.name) }
    guard lost.contains(where: { $0.saved != $0.expected || $0.dropped > 0 }) else { return }
    var broken = try Int64.fetchAll(
      db,
      sql: """
        SELECT id FROM main.inputRow
        WHERE run = ? AND NOT EXISTS (SELECT 1 FROM main.item WHERE item.inputRow = inputRow.id)
        """, arguments: [run])
    var last: (row: Int64, item: Int64)?
    let items = try Row.fetchCursor(
      db,
      sql: """
        SELECT inputRow, item.id FROM main.item JOIN main.inputRow ON inputRow.id = item.inputRow
        WHERE run = ? ORDER BY item.id
        """, arguments: [run])
    while let row = try items.next() {
      let (own, item): (Int64, Int64) = (try row.decode(atIndex: 0), try row.decode(atIndex: 1))
      if let last, item != last.item + 1 { broken += [last.row, own] }
      last = (own, item)
    }
    if let last, try Int64.fetchOne(db, sql: "SELECT max(id) FROM main.item") == last.item {
      broken.append(last.row)
    }
    try delete(from: "item", where: "inputRow IN (\(broken.list))")
    try delete(from: "inputRow", where: "id IN (\(broken.list))")
    try delete(from: "calibratedScore", where: "item NOT IN (SELECT id FROM main.item)")
  }
}

extension [Int64] {
  /// For SQL's IN.
  fileprivate var list: String { map(String.init).joined(separator: ", ") }
}
