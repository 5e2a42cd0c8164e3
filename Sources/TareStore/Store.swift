/// The hand-over between the stages: one SQLite file with runs, texts, scores, calibrations and
/// evaluations.
import Foundation
import GRDB
package import TareCore

/// A store, open until the last reference to it goes.
///
/// Safe to use from any thread and from several processes at once. Each method is one transaction:
/// it happens wholly or not at all, and when it returns its work is on the disk. Killing the process
/// (kill -9) loses nothing that was committed. Neither does a power cut, if the disk keeps its word
/// about flushing: `synchronous` is FULL, as a flush costs milliseconds and a batch of scores
/// seconds.
///
/// Every error is a `TareError` that names the store's file, or the imported one if that is at fault.
package final class Store: Sendable {
  package enum Access: Sendable {
    /// Nothing is changed, and a file that is not there is an error.
    case readOnly
    /// A file that is not there is created, an older store brought up to date.
    case readWrite
  }

  package let path: String
  /// Whether nothing can be kept in it.
  package let isReadOnly: Bool
  private let database: DatabaseQueue

  /// - Parameters:
  ///   - path: the file; ":memory:" is a store that vanishes with this object.
  ///   - patience: how long to wait for another process that is writing.
  package convenience init(
    path: String, access: Access = .readWrite, patience: Duration = .seconds(30)
  ) throws(TareError) {
    guard !path.isEmpty else { throw .usage("the store's path is empty") }
    try Self.requireFile(path)
    // SQLite would take a path like "file:x?mode=ro" for a URI.
    try self.init(
      path: path, file: path.hasPrefix("file:") ? "./" + path : path, access, patience)
  }

  /// A store that vanishes with this object, as ":memory:" does, but may be larger than memory: what
  /// does not fit into its cache is in a file without a name (see https://sqlite.org/inmemorydb.html).
  package static func temporary() throws(TareError) -> Store {
    try Store(path: ":memory:", file: "", .readWrite, .zero)
  }

  private init(
    path: String, file: String, _ access: Access, _ patience: Duration
  ) throws(TareError) {
    self.path = path
    isReadOnly = access == .readOnly
    if access == .readOnly, !FileManager.default.fileExists(atPath: path) {
      throw .usage("\(path): no such store")
    }
    var file = file
    if access == .readOnly, !Self.canWrite(path) { file = try Self.unchanging(path) }
    do {
      var configuration = Configuration()
      configuration.label = "tare.store"
      configuration.readonly = access == .readOnly
      configuration.busyMode = .timeout(patience / .seconds(1))
      configuration.prepareDatabase { db in
        // Digests fall anywhere in their index: a million's fits into a cache of 128 MB.
        try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA cache_size = -131072")
      }
      database = try DatabaseQueue(path: file, configuration: configuration)
      switch access {
      case .readOnly: try checkUpToDate()
      case .readWrite: try prepare(patience: patience, isTemporary: file.isEmpty)
      }
    } catch {
      throw TareError(error, store: path)
    }
  }

  /// - Throws: `TareError.usage` where a folder, a pipe or a device stands there: SQLite would wait for
  ///   one of these for ever, or take it for an empty store.
  private static func requireFile(_ path: String) throws(TareError) {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: throw .usage("\(path): a folder, not a store")
    default: throw .usage("\(path): expected a file, found a pipe or device")
    }
  }

  /// The address under which SQLite reads a store that is only looked at.
  ///
  /// - Throws: `TareError.usage` where there is no file.
  static func examinable(_ path: String) throws(TareError) -> String {
    guard FileManager.default.fileExists(atPath: path) else {
      throw .usage("\(path): no such store")
    }
    try requireFile(path)
    guard canWrite(path) else { return try unchanging(path) }
    return path.hasPrefix("file:") ? "./" + path : path
  }

  /// Whether a store there can be written to: SQLite keeps two more files beside it, even to read it.
  package static func canWrite(_ path: String) -> Bool {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    return access(path, W_OK) == 0 && access(folder, W_OK) == 0
  }

  /// The address of a store where nobody can write, which is read without SQLite's other two files.
  /// - Throws: `TareError.badData` if changes wait in the one that is its write-ahead log.
  private static func unchanging(_ path: String) throws(TareError) -> String {
    let log = path + "-wal"
    let size = (try? FileManager.default.attributesOfItem(atPath: log))?[.size] as? Int ?? 0
    guard size == 0 else {
      throw .badData(
        place: path, found: "changes in \(log), which cannot be applied where nobody can write",
        accepted: "a copy of both files in a folder that can be written to")
    }
    let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
    return "file:\(escaped)?immutable=1"
  }

  // MARK: - Transactions

  /// Runs `body` on one consistent view of the store.
  func read<Value>(_ body: (Database) throws -> Value) throws(TareError) -> Value {
    do {
      return try database.read(body)
    } catch {
      throw TareError(error, store: path)
    }
  }

  /// Runs `body` with the write lock held from the start; an error undoes all of it.
  func write<Value>(_ body: (Database) throws -> Value) throws(TareError) -> Value {
    do {
      return try database.write(body)
    } catch {
      throw TareError(error, store: path)
    }
  }

  // MARK: - Opening

  /// Makes an empty file a store and brings an older store up to date.
  ///
  /// Other processes may be doing the same to the same file; nobody's database is touched.
  private func prepare(patience: Duration, isTemporary: Bool) throws {
    if try database.read(isUnclaimed) {
      try database.write { db in
        guard try isUnclaimed(db) else { return }
        try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
      }
    }
    if isTemporary {
      try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = MEMORY") }
    } else {
      try enterWriteAheadLog(patience: patience)
    }
    try readSchema(checkNotNewer)
    try migrate()
  }

  /// Whether the file is empty and may become a store.
  /// - Throws: if it is someone else's database.
  private func isUnclaimed(_ db: Database) throws -> Bool {
    let applicationID = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    if applicationID == Schema.applicationID { return false }
    let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
    guard applicationID == 0, tables == 0 else {
      throw TareError.badData(
        place: "", found: "an SQLite database of another program",
        accepted: "a store of tare, or a new file")
    }
    return true
  }

  /// Readers then never wait for a writer, nor a writer for readers.
  ///
  /// SQLite does not wait by itself when two processes switch one file at once; one of them is told
  /// at once that the file is busy.
  private func enterWriteAheadLog(patience: Duration) throws {
    let deadline = ContinuousClock.now + patience
    while true {
      do {
        let mode = try database.writeWithoutTransaction { db in
          try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
        }
        guard mode == "wal" || mode == "memory" else {
          throw TareError.fault(
            "SQLite cannot keep a write-ahead log here (journal mode \(mode ?? "none")); "
              + "keep the store on a local disk")
        }
        return
      } catch let error as DatabaseError
        where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < deadline
      {
        Thread.sleep(forTimeInterval: 0.01)
      }
    }
  }

  /// When another process finishes a migration first, ours fails; then it is tried again, as long as
  /// each failure finds the store further on than before.
  private func migrate() throws {
    while true {
      let before = try readSchema(Schema.migrator.appliedIdentifiers)
      do {
        return try Schema.migrator.migrate(database)
      } catch {
        let after = try? readSchema(Schema.migrator.appliedIdentifiers)
        guard let after, after.count > before.count else { throw error }
      }
    }
  }

  /// Runs `body` on a view of the file that is fixed before it begins.
  ///
  /// A transaction begins with its first successful read. GRDB's look at the migrations begins with
  /// one that fails on a new file, so that without this another process may change the file in
  /// between.
  private func readSchema<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try database.read { db in
      _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master")
      return try body(db)
    }
  }

  private func checkNotNewer(_ db: Database) throws {
    guard try Schema.migrator.hasBeenSuperseded(db) else { return }
    throw TareError.badData(
      place: "", found: "a store written by a newer version of tare",
      accepted: "a store of schema \(Schema.migrator.migrations.last ?? "") or older (update tare)")
  }

  private func checkUpToDate() throws {
    try database.read { db in
      guard try !isUnclaimed(db) else {
        throw TareError.badData(place: "", found: "an empty file", accepted: "a store of tare")
      }
      try checkNotNewer(db)
      guard try Schema.migrator.hasCompletedMigrations(db) else {
        throw TareError.badData(
          place: "", found: "a store of an older version of tare",
          accepted: "schema \(Schema.migrator.migrations.last ?? "") "
            + "(any command that writes to the store migrates it)")
      }
    }
  }
}
