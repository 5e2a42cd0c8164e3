/// `tare store check`: SQLite's own checks, and what Tare promises of its tables.
import Foundation
import GRDB
package import TareCore
import TareFormats

extension Store {
  /// Examines a store without changing it, as far as it can be read.
  ///
  /// - Throws: `TareError.usage` where there is no file; `TareError.badData` for a file that is no store,
  ///   or that of a newer version.
  package static func check(path: String) throws(TareError) -> StoreReport {
    let file = try examinable(path)
    do {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(30)
      configuration.allowsUnsafeTransactions = true
      let database = try DatabaseQueue(path: file, configuration: configuration)
      return try database.writeWithoutTransaction { db in
        // One view of the file; it cannot be ended as usual where a page could not be read.
        try db.execute(sql: "BEGIN")
        defer { try? db.execute(sql: "ROLLBACK") }
        try requireStore(db)
        var check = StoreCheck(path, db)
        check.run()
        return check.report
      }
    } catch {
      throw TareError(error, store: path)
    }
  }

  /// - Throws: if the file is another program's, or newer than this version.
  static func requireStore(_ db: Database) throws {
    let id = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    guard id == Schema.applicationID else {
      throw TareError.badData(
        place: "",
        found: id == 0
          ? "an empty or another program's database"
          : "an SQLite database of another program", accepted: "a store of tare")
    }
    let applied = (try? Schema.migrator.appliedIdentifiers(db)) ?? []
    guard applied.subtracting(Schema.migrator.migrations).isEmpty else {
      throw TareError.badData(
        place: "", found: "a store written by a newer version of tare",
        accepted:
          "a store of schema \(Schema.migrator.migrations.last ?? "") or older (update tare)")
    }
  }
}

/// One examination.
struct StoreCheck {
  private let db: Database
  private(set) var report: StoreReport
  private var tables: Set<String> = []

  /// Findings of one kind that are listed one by one.
  private static let most = 20

  init(_ path: String, _ db: Database) {
    self.db = db
    report = StoreReport(path: path)
  }

  mutating func run() {
    attempt("schema") { check in
      let applied = try Schema.migrator.appliedIdentifiers(check.db)
      check.report.schema = Schema.migrator.migrations.last { applied.contains($0) }
      check.tables = Set(
        try String.fetchAll(check.db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'"))
    }
    checkPages()
    checkReferences()
    attempt("prompt") { try $0.checkPrompts() }
    attempt("response") { try $0.checkResponses() }
    attempt("item") { try $0.checkItems() }
    attempt("score") { try $0.checkUnused() }
    attempt("run") { try $0.checkRuns() }
    attempt("calibration") { try $0.checkCalibrations() }
  }

  /// A table that cannot be read is a finding; the others are read all the same.
  private mutating func attempt(_ place: String, _ body: (inout StoreCheck) throws -> Void) {
    do {
      try body(&self)
    } catch {
      add(.damage, place, "cannot be read: \(Self.reason(error))")
    }
  }

  static func reason(_ error: any Error) -> String {
    switch error {
    case let error as DatabaseError: error.message ?? "\(error.resultCode)"
    case TareError.badData(_, let found, _): found
    default: "\(error)"
    }
  }

  private mutating func add(
    _ severity: StoreReport.Finding.Severity, _ place: String, _ what: String
  ) {
    report.findings.append(StoreReport.Finding(severity, place, what))
  }

  /// The first few of a kind one by one, then how many more.
  private mutating func add(_ place: String, _ all: [String]) {
    for what in all.prefix(Self.most) { add(.damage, place, what) }
    if all.count > Self.most { add(.damage, place, "\(all.count - Self.most) more of this kind") }
  }

  private func count(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
    try Int.fetchOne(db, sql: sql, arguments: arguments) ?? 0
  }

  // MARK: - The file

  private mutating func checkPages() {
    attempt("file") { check in
      let lines = try String.fetchAll(check.db, sql: "PRAGMA integrity_check(\(Self.most))")
      for line in lines where line != "ok" { check.add(.damage, "file", line) }
    }
  }

  private mutating func checkReferences() {
    attempt("file") { check in
      let rows = try Row.fetchAll(
        check.db,
        sql: """
          SELECT "table", "parent", count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2
          """)
      for row in rows {
        let table: String = try row.decode(atIndex: 0)
        let parent: String = try row.decode(atIndex: 1)
        let count: Int = try row.decode(atIndex: 2)
        check.add(.damage, table, "\(count) rows whose \(parent) is missing")
      }
    }
  }

  // MARK: - Texts

  private mutating func checkPrompts() throws {
    let context = tables.contains("prompt") && hasColumn("context", of: "prompt")
    var changed: [String] = []
    let rows = try Row.fetchCursor(
      db, sql: "SELECT id, digest, messages, \(context ? "context" : "NULL") FROM prompt")
    while let row = try rows.next() {
      let own = StoredPrompt.digest(try row.decode(atIndex: 2), try row.decode(atIndex: 3))
      guard try own != Digest(row, at: 1) else { continue }
      changed.append("prompt \(try row.decode(Int64.self, atIndex: 0)) differs from its digest")
    }
    add("prompt", changed)
  }

  private mutating func checkResponses() throws {
    let turns = hasColumn("turns", of: "response")
    var changed: [String] = []
    let rows = try Row.fetchCursor(
      db,
      sql: "SELECT id, digest, CAST(text AS BLOB), \(turns ? "turns" : "NULL") FROM response")
    while let row = try rows.next() {
      let own = [Message].responseDigest(
        try row.decode(Data.self, atIndex: 2), try row.decode(atIndex: 3))
      guard try own != Digest(row, at: 1) else { continue }
      changed.append("response \(try row.decode(Int64.self, atIndex: 0)) differs from its digest")
    }
    add("response", changed)
  }

  private func hasColumn(_ name: String, of table: String) -> Bool {
    let columns = try? db.columns(in: table).map(\.name)
    return columns?.contains(name) ?? false
  }

  // MARK: - Rows

  private mutating func checkItems() throws {
    var wrong: [String] = []
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT item.id, item.length, CAST(text AS BLOB)
        FROM item JOIN response ON response.id = item.response
        """)
    while let row = try rows.next() {
      let text = String(decoding: try row.decode(Data.self, atIndex: 2), as: UTF8.self)
      guard try row.decode(Int.self, atIndex: 1) != text.unicodeScalars.count else { continue }
      wrong.append(
        "item \(try row.decode(Int64.self, atIndex: 0)) has another length than its text")
    }
    add("item", wrong)
    let empty = try count(
      "SELECT count(*) FROM inputRow WHERE NOT EXISTS (SELECT 1 FROM item WHERE inputRow = inputRow.id)"
    )
    if empty > 0 { add(.damage, "inputRow", "\(empty) rows without a response") }
  }

  /// What no run uses is no damage, but a run that is deleted takes such rows along.
  private mutating func checkUnused() throws {
    for (table, sql) in [
      ("prompt", "prompt WHERE NOT EXISTS (SELECT 1 FROM response WHERE prompt = prompt.id)"),
      ("response", "response WHERE NOT EXISTS (SELECT 1 FROM item WHERE response = response.id)"),
      (
        "score",
        """
        score WHERE NOT EXISTS (
          SELECT 1 FROM item JOIN inputRow ON inputRow.id = item.inputRow
            JOIN run ON run.id = inputRow.run
          WHERE item.tokenDigest = score.tokenDigest AND run.scorer = score.scorer)
        """
      ),
    ] {
      let count = try count("SELECT count(*) FROM \(sql)")
      if count > 0 { add(.note, table, "\(count) rows that no run uses") }
    }
  }

  // MARK: - Runs

  private mutating func checkRuns() throws {
    let runs = try Row.fetchAll(db, sql: "SELECT id, name, status FROM run ORDER BY id")
    for row in runs {
      let id: Int64 = try row.decode(atIndex: 0)
      let name: String = try row.decode(atIndex: 1)
      let isFinished = try row.decode(String.self, atIndex: 2) == "finished"
      let before = report.findings.count
      var isSealed: Bool?
      var responses = 0
      attempt("run '\(name)'") { check in
        responses = try check.count(
          """
          SELECT count(*) FROM inputRow JOIN item ON item.inputRow = inputRow.id WHERE run = ?
          """, [id])
        try check.checkPositions(id, name, isFinished: isFinished)
        if isFinished { try check.checkScores(id, name) }
        isSealed = try check.checkSeal(id, name, isFinished: isFinished)
      }
      attempt("run '\(name)'") { try $0.checkSource(id, name) }
      let isWhole = report.findings[before...].allSatisfy { $0.severity != .damage }
      report.runs.append(
        StoreReport.CheckedRun(
          name: name, isFinished: isFinished, responses: responses, isSealed: isSealed,
          isWhole: isWhole))
    }
  }

  private mutating func checkPositions(
    _ run: Int64, _ name: String, isFinished: Bool
  ) throws {
    let row = try Row.fetchOne(
      db, sql: "SELECT count(*), coalesce(max(position) + 1, 0) FROM inputRow WHERE run = ?",
      arguments: [run])
    guard let row else { return }
    let (rows, end): (Int, Int) = (try row.decode(atIndex: 0), try row.decode(atIndex: 1))
    guard rows != end else { return }
    // The command that made an open run adds them.
    add(
      isFinished ? .damage : .note, "run '\(name)'", "\(end - rows) of \(end) rows are missing")
  }

  private mutating func checkScores(_ run: Int64, _ name: String) throws {
    let missing = try count(
      """
      SELECT count(*) FROM run JOIN inputRow ON inputRow.run = run.id
        JOIN item ON item.inputRow = inputRow.id
        LEFT JOIN score ON score.scorer = run.scorer AND score.tokenDigest = item.tokenDigest
      WHERE run.id = ? AND item.tokenDigest IS NOT NULL AND score.scorer IS NULL
      """, [run])
    if missing > 0 {
      add(.damage, "run '\(name)'", "\(missing) responses of a finished run have no score")
    }
  }

  /// - Returns: whether the run has a seal.
  private mutating func checkSeal(
    _ run: Int64, _ name: String, isFinished: Bool
  ) throws -> Bool {
    guard tables.contains("runSeal") else { return false }
    switch try Seal.state(ofRun: run, in: db) {
    case .whole: return true
    case .missing:
      if isFinished {
        add(
          .note, "run '\(name)'",
          "has no seal (finished by an older version): changes of its scores "
            + "cannot be found")
      }
      return false
    case .broken:
      add(
        .damage, "run '\(name)'",
        "rows, scores, settings or links to texts were changed after it was finished")
      return true
    }
  }

  /// The file that a run was imported from must be the one that its scorer stands for.
  private mutating func checkSource(_ run: Int64, _ name: String) throws {
    guard tables.contains("source") else { return }
    let row = try Row.fetchOne(db, sql: "SELECT run FROM source WHERE run = ?", arguments: [run])
    guard row != nil, let found = try Run.find(name, in: db) else { return }
    _ = try Store.source(of: found, in: db)
  }

  private mutating func checkCalibrations() throws {
    guard tables.contains("calibrationSeal") else { return }
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT calibration.id, run.name FROM calibration JOIN run ON run.id = calibration.run
        ORDER BY calibration.id
        """)
    for row in rows {
      let id: Int64 = try row.decode(atIndex: 0)
      let place = "calibration \(id) of run '\(try row.decode(String.self, atIndex: 1))'"
      attempt(place) { check in
        guard try Seal.state(ofCalibration: id, in: check.db) == .broken else { return }
        check.add(.damage, place, "method, curve or scores were changed after it was saved")
      }
    }
  }
}
