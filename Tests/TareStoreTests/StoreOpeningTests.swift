import Foundation
import GRDB
import TareCore
import TareStore
import TareTesting
import Testing

@Suite struct StoreOpeningTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The error of opening a path.
  private func refusal(
    of path: String, access: Store.Access = .readWrite,
    _ location: SourceLocation = #_sourceLocation
  ) -> TareError? {
    #expect(throws: TareError.self, sourceLocation: location) {
      try Store(path: path, access: access)
    }
  }

  @Test func `a new file becomes a store and is found again`() throws {
    _ = try Store(path: folder.path()).scoredRun([pair("tare")])
    #expect(try Store(path: folder.path()).runs().map(\.scored) == [2])
    #expect(try integrity(of: folder.path()) == "ok")
  }

  @Test func `an empty file becomes a store`() throws {
    try Data().write(to: folder.url.appending(path: "scores.db"))
    #expect(try Store(path: folder.path()).runs() == [])
  }

  @Test func `the file is in WAL mode and marked as a store`() throws {
    _ = try Store(path: folder.path())
    let (mode, id) = try DatabaseQueue(path: folder.path()).read { db in
      (
        try String.fetchOne(db, sql: "PRAGMA journal_mode"),
        try Int32.fetchOne(db, sql: "PRAGMA application_id")
      )
    }
    #expect(mode == "wal")
    #expect(id == 0x5441_5245)
  }

  @Test func `a store can live in memory`() throws {
    let store = try Store(path: ":memory:")
    #expect(try store.scoredRun([pair("tare")]).status == .finished)
    #expect(!FileManager.default.fileExists(atPath: ":memory:"))
  }

  @Test func `a path that looks like a URI is a file's`() throws {
    let path = folder.path("file:x?mode=memory")
    _ = try Store(path: path)
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test func `a read-only store reads and refuses to write`() throws {
    let run = try Store(path: folder.path()).scoredRun([pair("tare")])
    let store = try Store(path: folder.path(), access: .readOnly)
    #expect(try store.items(of: run).count == 2)
    let error = #expect(throws: TareError.self) { try store.delete(run) }
    #expect(error?.description.contains("read-only") == true)
  }

  @Test func `a missing file is not created for reading`() {
    let path = folder.path("typo.db")
    #expect(refusal(of: path, access: .readOnly) == .usage("\(path): no such store"))
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `a missing folder, a folder and an empty path are named`() {
    let path = folder.path("none/scores.db")
    #expect(refusal(of: path) == .usage("\(path): folder \(folder.path("none")) does not exist"))
    #expect(refusal(of: folder.url.path) == .usage("\(folder.url.path): a folder, not a store"))
    #expect(refusal(of: "") == .usage("the store's path is empty"))
  }

  @Test(arguments: [Store.Access.readWrite, .readOnly])
  func `a file that is no database is refused and left alone`(access: Store.Access) throws {
    let path = folder.path("scores.csv")
    try Data("id,score\n1,0.5\n".utf8).write(to: URL(filePath: path))
    let before = try folder.contents()
    let error = refusal(of: path, access: access)
    #expect(
      error
        == .badData(
          place: path, found: "a file that is not an SQLite database", accepted: "a store of tare"))
    #expect(try folder.contents() == before)
  }

  @Test(arguments: [
    "CREATE TABLE player (id INTEGER)", "PRAGMA application_id = 1196444487",
    "PRAGMA journal_mode = WAL; CREATE TABLE player (id INTEGER)",
  ])
  func `another program's database is refused and left alone`(sql: String) throws {
    let path = folder.path("other.db")
    try execute(sql, on: path)
    let before = try folder.contents()
    let error = refusal(of: path)
    #expect(
      error
        == .badData(
          place: path, found: "an SQLite database of another program",
          accepted: "a store of tare, or a new file"))
    #expect(try folder.contents() == before)
  }

  @Test(arguments: [Store.Access.readWrite, .readOnly])
  func `a newer store is refused and left alone`(access: Store.Access) throws {
    let path = folder.path()
    let run = try Store(path: path).scoredRun([pair("tare")])
    let applied = try DatabaseQueue(path: path).read { db in
      try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations")
    }
    let newest = "v\(applied.compactMap { Int($0.dropFirst()) }.max() ?? 0)"
    try execute("INSERT INTO grdb_migrations VALUES ('v99')", on: path)
    let error = refusal(of: path, access: access)
    #expect(
      error
        == .badData(
          place: path, found: "a store written by a newer version of tare",
          accepted: "a store of schema \(newest) or older (update tare)"))
    try execute("DELETE FROM grdb_migrations WHERE identifier = 'v99'", on: path)
    #expect(try Store(path: path).items(of: run).count == 2)
  }

  @Test func `an older store is brought up to date by writing only`() throws {
    let path = folder.path()
    // The state that a process killed between marking the file and its first migration leaves.
    try execute("PRAGMA application_id = \(0x5441_5245)", on: path)
    let error = refusal(of: path, access: .readOnly)
    #expect(error?.description.contains("an older version") == true)
    #expect(try Store(path: path).runs() == [])
    #expect(try Store(path: path, access: .readOnly).runs() == [])
  }

  @Test func `the scores of a store of schema v3 are found again`() throws {
    let path = folder.path()
    let scored = try Store(path: path).scoredRun([pair("a"), pair("b")])
    let open = try Store(path: path).createOrResumeRun(named: "open", scorer: .sample(model: "b"))
    try Store(path: path).addItems([pair("c")], to: open)
    let before = try [scored, open].map { try Store(path: path).items(of: $0) }
    try execute(
      """
      PRAGMA foreign_keys = OFF;
      CREATE TABLE oldScore (
        scorer INTEGER NOT NULL REFERENCES scorer(id), tokenDigest BLOB NOT NULL,
        value REAL NOT NULL, tokens INTEGER NOT NULL, readAt INTEGER NOT NULL,
        PRIMARY KEY (scorer, tokenDigest)) STRICT, WITHOUT ROWID;
      INSERT INTO oldScore SELECT scorer, tokenDigest, value, tokens, readAt FROM score;
      DROP TABLE score;
      ALTER TABLE oldScore RENAME TO score;
      ALTER TABLE item DROP COLUMN score;
      DELETE FROM grdb_migrations WHERE identifier IN ('v4', 'v12');
      """, on: path)
    let store = try Store(path: path)
    let after = try [scored, open].map { try store.items(of: $0) }
    #expect(after == before)
    #expect(try Array(store.scores(of: scored).responses) == before[0].compactMap(\.scoredResponse))
    #expect(try integrity(of: path) == "ok")
    let linked = try DatabaseQueue(path: path).read { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM item WHERE score IS NOT NULL")
    }
    #expect(linked == 4)
  }

  /// Every creator must get a working store, whatever the others do at the same time.
  @Test(arguments: 0..<20)
  func `many may create one store at once`(round: Int) throws {
    let path = folder.path("\(round).db")
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: 8) { creator in
      failures.record {
        let store = try Store(path: path)
        _ = try store.createOrResumeRun(named: "run \(creator)", scorer: .sample())
      }
    }
    #expect(failures.all == [])
    #expect(try Store(path: path).runs().count == 8)
  }
}
