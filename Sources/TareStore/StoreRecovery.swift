/// `tare store recover`: what can still be read of a damaged store, in a new one.
import Foundation
import GRDB
package import TareCore

extension Store {
  /// Saves what can be read of a damaged store into a new file; the damaged one is not touched, nor are
  /// the files that SQLite keeps beside it.
  ///
  /// - Throws: `TareError.usage` where there is no store, or something at the new path;
  ///   `TareError.badData` for a file that is no store, a newer one, or one of which nothing can be read.
  package static func recover(
    path: String, to output: String
  ) throws(TareError) -> RecoveryReport {
    guard FileManager.default.fileExists(atPath: path) else {
      throw .usage("\(path): no such store")
    }
    // A broken link is something, too.
    var status = stat()
    guard lstat(output, &status) != 0 else {
      throw .usage("\(output): exists already; expected a new file")
    }
    let new = output + ".\(UUID().uuidString.prefix(8)).part"
    let copy = new + ".damaged"
    defer {
      for file in [new, copy] {
        for ending in ["", "-wal", "-shm", "-journal"] { unlink(file + ending) }
      }
    }
    do {
      for ending in ["", "-wal"] where FileManager.default.fileExists(atPath: path + ending) {
        try FileManager.default.copyItem(atPath: path + ending, toPath: copy + ending)
      }
      _ = try Store(path: new)
      let report = try StoreRecovery.run(from: copy, into: new)
      guard link(new, output) == 0 else {
        throw TareError.fault("\(output): cannot be written: \(String(cString: strerror(errno)))")
      }
      return report
    } catch {
      throw TareError(error, store: path)
    }
  }
}

/// Copies table by table, rows in the order of their numbers, around what cannot be read.
struct StoreRecovery {
  let db: Database
  var report = RecoveryReport()
  /// Runs that lost the file they were imported from.
  var withoutSource: Set<Int64> = []

  static func run(from damaged: String, into new: String) throws -> RecoveryReport {
    let report = try connection(new).writeWithoutTransaction { db in
      // Each part is a transaction of its own, which a page that cannot be read ends. A file that is
      // shorter than it says is read as far as it goes.
      try db.execute(
        sql: "PRAGMA synchronous = OFF; PRAGMA writable_schema = ON; PRAGMA cell_size_check = ON")
      try db.execute(sql: "ATTACH ? AS old", arguments: [damaged])
      try requireReadable(db)
      var recovery = StoreRecovery(db: db)
      try recovery.copyTables()
      return recovery.report
    }
    // On a connection that has nothing of the damaged file.
    return try connection(new).writeWithoutTransaction { db in
      var recovery = StoreRecovery(db: db, report: report)
      try db.inTransaction {
        try recovery.dropChangedTexts()
        try recovery.dropOrphans()
        try recovery.judgeSources()
        try recovery.judgeRuns()
        try recovery.judgeCalibrations()
        return .commit
      }
      // One file, as it is moved to its place, and on the disk.
      try db.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")
      try db.execute(sql: "PRAGMA user_version = 0")
      return recovery.report
    }
  }

  private static func connection(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// - Throws: if it is no store, a newer one, or its list of tables cannot be read.
  private static func requireReadable(_ db: Database) throws {
    let id = try Int32.fetchOne(db, sql: "PRAGMA old.application_id") ?? 0
    guard id == Schema.applicationID else {
      throw TareError.badData(
        place: "", found: "a database of another program", accepted: "a store of tare")
    }
    let applied =
      (try? String.fetchSet(db, sql: "SELECT identifier FROM old.grdb_migrations")) ?? []
    guard applied.subtracting(Schema.migrator.migrations).isEmpty else {
      throw TareError.badData(
        place: "", found: "a store written by a newer version of tare",
        accepted:
          "a store of schema \(Schema.migrator.migrations.last ?? "") or older (update tare)")
    }
  }

  // MARK: - Copying

  private mutating func copyTables() throws {
    let tables = try String.fetchAll(
      db,
      sql: """
        SELECT name FROM main.sqlite_master WHERE type = 'table'
          AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'grdb_%' AND name <> 'claim'
        ORDER BY rowid
        """)
    for table in tables {
      guard let columns = try columns(of: table), !columns.isEmpty else { continue }
      let expected = try? Int.fetchOne(db, sql: "SELECT count(*) FROM old.\"\(table)\"")
      try copy(table, columns)
      let saved = try Int.fetchOne(db, sql: "SELECT count(*) FROM main.\"\(table)\"") ?? 0
      report.tables.append(.init(name: table, saved: saved, expected: expected ?? nil))
    }
    let saved = report.tables.reduce(0) { $0 + $1.saved }
    let expected = report.tables.reduce(0) { $0 + ($1.expected ?? 1) }
    guard saved > 0 || expected == 0 else {
      throw TareError.badData(
        place: "", found: "a store of which nothing can be read", accepted: "a backup of it")
    }
  }

  /// The columns that both have; nil where the old store does not have the table.
  private func columns(of table: String) throws -> [String]? {
    let old = try? String.fetchSet(
      db, sql: "SELECT name FROM pragma_table_info(?, 'old')", arguments: [table])
    guard let old, !old.isEmpty else { return nil }
    return try String.fetchAll(
      db, sql: "SELECT name FROM pragma_table_info(?, 'main')", arguments: [table]
    ).filter(old.contains)
  }

  private func copy(_ table: String, _ columns: [String]) throws {
    let names = columns.map { "\"\($0)\"" }.joined(separator: ", ")
    let insert =
      "INSERT OR IGNORE INTO main.\"\(table)\" (\(names)) SELECT \(names) FROM old.\"\(table)\""
    guard isNumbered(table) else { return try copyWhole(table, insert) }
    var last: Int64 = .min
    var size = 1024
    while true {
      do {
        let ids = try Int64.fetchAll(
          db, sql: "SELECT rowid FROM old.\"\(table)\" WHERE rowid > ? ORDER BY rowid LIMIT ?",
          arguments: [last, size])
        // A damaged tree may have its rows in any order.
        guard let first = ids.min(), let end = ids.max() else { return }
        guard first > last else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
        try db.execute(sql: insert + " WHERE rowid BETWEEN ? AND ?", arguments: [first, end])
        last = end
        size = min(size * 2, 1024)
      } catch let error as DatabaseError where Self.isDamage(error) {
        if size > 1 {
          size = 1
        } else if let next = readable(table, insert, after: last) {
          last = next - 1
        } else {
          return
        }
      }
    }
  }

  private func isNumbered(_ table: String) -> Bool {
    (try? db.makeStatement(sql: "SELECT rowid FROM main.\"\(table)\"")) != nil
  }

  private static func isDamage(_ error: DatabaseError) -> Bool {
    [.SQLITE_CORRUPT, .SQLITE_IOERR, .SQLITE_NOTADB, .SQLITE_ERROR].contains(error.resultCode)
  }

  /// The number of the first row after `last`, and after what cannot be read; nil for none.
  ///
  /// What is damaged is a page or more, whose rows have numbers in a row: the next that can be read is
  /// searched for in steps that double, and then in between.
  private func readable(_ table: String, _ insert: String, after last: Int64) -> Int64? {
    func found(after number: Int64) -> Int64?? {
      do {
        let id = try Int64.fetchOne(
          db, sql: "SELECT rowid FROM old.\"\(table)\" WHERE rowid > ? ORDER BY rowid LIMIT 1",
          arguments: [number])
        guard let id else { return .some(nil) }
        guard id > number else { return nil }
        // Its number may be readable and its columns not.
        try db.execute(sql: insert + " WHERE rowid = ?", arguments: [id])
        return .some(id)
      } catch {
        return nil
      }
    }
    let start = max(last, 0)
    var step: Int64 = 1
    while step < 1 << 40 {
      guard let end = found(after: start + step) else {
        step *= 2
        continue
      }
      // The smallest step that leads to a row that can be read.
      var (low, high) = (step / 2, step)
      while high - low > 1 {
        let middle = (low + high) / 2
        if case .some(.some) = found(after: start + middle) { high = middle } else { low = middle }
      }
      return (found(after: start + high) ?? nil) ?? end
    }
    return nil
  }

  /// What the rows of tables without numbers belong to, and how they are found by it.
  private static let owners: [String: (sql: String, condition: String)] = [
    "calibratedScore": (
      "SELECT calibration.id, item.id FROM main.calibration, main.item",
      "calibration = ? AND item = ?"
    ),
    "stepScore": (
      "SELECT scorer, tokenDigest FROM main.score", "scorer = ? AND tokenDigest = ?"
    ),
    "decisionAnswer": ("SELECT id FROM main.item", "item = ?"),
    "judgeRequest": ("SELECT id FROM main.judgeAnswer", "answer = ?"),
  ]

  /// A table whose rows have no numbers, in one go or, where that fails, by what they belong to.
  private func copyWhole(_ table: String, _ insert: String) throws {
    do {
      try db.execute(sql: insert)
    } catch let error as DatabaseError where Self.isDamage(error) {
      guard let (owners, condition) = Self.owners[table] else { return }
      for owner in try Row.fetchAll(db, sql: owners) {
        let arguments = StatementArguments(owner.databaseValues)
        do {
          try db.execute(sql: insert + " WHERE \(condition)", arguments: arguments)
        } catch let error as DatabaseError where Self.isDamage(error) {
          continue
        }
      }
    }
  }
}
