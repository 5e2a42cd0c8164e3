/// What must not lose anything: killed and locking processes, full disks, read-only folders, damage.
import Foundation
import GRDB
import TareCore
import TareStore
import TareTesting
import Testing

@Suite(.enabled(if: PythonProcess.isAvailable, "needs python3 with sqlite3"))
struct StoreFailureTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The pages of a large transaction are in the log before it is committed; killing it there must
  /// leave the store as it was.
  @Test func `a process killed inside a transaction leaves a usable store`() throws {
    let run = try Store(path: folder.path()).scoredRun([pair("a"), pair("b")])
    let items = try Store(path: folder.path()).items(of: run)
    for _ in 0..<3 {
      let other = try PythonProcess(
        """
        db.execute('PRAGMA cache_size = 10')
        db.execute('BEGIN IMMEDIATE')
        db.execute('DELETE FROM score')
        for part in range(50):
          for i in range(20000):
            db.execute('INSERT INTO score VALUES (NULL, 1, randomblob(32), ?, 10, 9, NULL)', (float(i),))
          if os.path.getsize('\(folder.path())-wal') > 1_000_000:
            print('ready', flush=True)
            time.sleep(60)
        """, on: folder.path())
      // It says so only once a megabyte of the transaction is in the log.
      try other.waitForOutput()
      other.kill()
      let store = try Store(path: folder.path())
      #expect(try store.items(of: run) == items)
      #expect(try integrity(of: folder.path()) == "ok")
    }
    let store = try Store(path: folder.path())
    _ = try store.scoredRun(named: "second", [pair("c")])
    #expect(try count("score", in: folder.path()) == 6)
  }

  @Test func `while another process writes, reading works and writing waits`() throws {
    let run = try Store(path: folder.path()).scoredRun([pair("a")])
    let other = try PythonProcess(
      """
      db.execute('BEGIN IMMEDIATE')
      print('ready', flush=True)
      time.sleep(0.5)
      db.execute('COMMIT')
      """, on: folder.path())
    try other.waitForOutput()
    let store = try Store(path: folder.path())
    #expect(try store.items(of: run).count == 2)
    try store.addItems([pair("b")], at: 1, to: run)
    #expect(other.exitStatus() == 0)
    #expect(try store.items(of: run).count == 4)
  }

  @Test func `a store that stays locked gives an error and loses nothing`() throws {
    let run = try Store(path: folder.path()).scoredRun([pair("a")])
    let other = try PythonProcess(
      "db.execute('BEGIN IMMEDIATE'); print('ready', flush=True); time.sleep(60)",
      on: folder.path())
    try other.waitForOutput()
    let store = try Store(path: folder.path(), patience: .milliseconds(100))
    let error = #expect(throws: TareError.self) {
      try store.addItems([pair("b")], at: 1, to: run)
    }
    #expect(
      error
        == .busy(
          "\(store.path): another process has locked the store for too long; "
            + "stored data are safe; retry when it has finished"))
    other.kill()
    try store.addItems([pair("b")], at: 1, to: run)
    #expect(try store.items(of: run).map { $0.score != nil } == [true, true, false, false])
  }

  /// Four threads on two stores and two other processes insert the same scores in different orders.
  @Test func `many writers lose and double nothing`() throws {
    let path = folder.path()
    let total = 2_000
    let stores = [try Store(path: path), try Store(path: path)]
    try stores[0].insert(scores: scores(0..<1), by: .sample())
    let others = try (0..<2).map { seed in
      try PythonProcess(
        """
        import hashlib, random
        order = list(range(\(total)))
        random.Random(\(seed)).shuffle(order)
        print('ready', flush=True)
        for start in range(0, len(order), 20):
          db.execute('BEGIN IMMEDIATE')
          for i in order[start:start + 20]:
            digest = hashlib.sha256(str(i).encode()).digest()
            db.execute('INSERT INTO score VALUES (NULL, 1, ?, ?, 10, 9, NULL) ON CONFLICT DO NOTHING',
              (digest, float(i)))
          db.execute('COMMIT')
        """, on: path)
    }
    for other in others { try other.waitForOutput() }
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: 4) { writer in
      failures.record {
        let order = (0..<total).shuffled()
        for start in stride(from: 0, to: total, by: 50) {
          let batch = scores(order[start..<start + 50])
          try stores[writer % 2].insert(scores: batch, by: .sample())
        }
      }
    }
    #expect(failures.all == [])
    #expect(others.map { $0.exitStatus() } == [0, 0])
    let digests = (0..<total).map { Digest(of: "\($0)") }
    let known = try stores[0].knownScores(by: .sample(), for: digests)
    #expect(digests.map { known[$0]?.value } == (0..<total).map { Float($0) })
    #expect(try count("score", in: path) == total)
    #expect(try integrity(of: path) == "ok")
  }

  /// Both add all the rows and score whatever has no score yet.
  @Test func `one run may be worked on from two sides`() throws {
    let rows = (0..<300).map { pair("row \($0)") }
    let failures = Failures()
    let path = folder.path()
    DispatchQueue.concurrentPerform(iterations: 2) { _ in
      failures.record {
        let store = try Store(path: path)
        let run = try store.createOrResumeRun(named: "both", scorer: .sample())
        for start in stride(from: 0, to: rows.count, by: 30) {
          try store.addItems(rows[start..<start + 30], at: start, to: run)
          try store.scoreAll(run)
        }
      }
    }
    #expect(failures.all == [])
    let store = try Store(path: path)
    let run = try store.run(named: "both")
    try store.finish(run)
    let alone = try Store(path: folder.path("alone.db"))
    let expected = try alone.items(of: try alone.scoredRun(named: "both", rows))
    #expect(try store.items(of: run).map(\.scoreRow) == expected.map(\.scoreRow))
  }

  /// Scores that have their number for text and value.
  private func scores(_ numbers: some Sequence<Int>) -> [Digest: StoredScore] {
    Dictionary(
      uniqueKeysWithValues: numbers.map { (Digest(of: "\($0)"), StoredScore(Float($0))) })
  }

  // MARK: - Disks

  @Test(.enabled(if: SmallDisk.isAvailable, "needs the right to mount a tmpfs"))
  func `a full disk is named, and work goes on when there is space again`() throws {
    let disk = try SmallDisk(folder, kilobytes: 1_024)
    defer { disk.unmount() }
    let store = try Store(path: disk.path)
    var stored = 0
    let error = #expect(throws: TareError.self) {
      while stored < 100_000 {
        try store.insert(scores: scores(stored..<stored + 100), by: .sample())
        stored += 100
      }
    }
    #expect(
      error
        == .fault(
          "\(store.path): the disk is full; stored data are safe; "
            + "free some space and run again"))
    #expect(stored > 100)
    func storedScores(in store: Store) throws -> Int {
      let digests = (0..<stored + 100).map { Digest(of: "\($0)") }
      return try store.knownScores(by: .sample(), for: digests).count
    }
    #expect(try storedScores(in: store) == stored)
    try disk.resize(kilobytes: 8_192)
    try store.insert(scores: [Digest(of: "new"): StoredScore(1)], by: .sample())
    #expect(try storedScores(in: try Store(path: disk.path)) == stored)
    #expect(try integrity(of: disk.path) == "ok")
  }

  /// Room for the file, the log or the log's index is what is missing in turn.
  @Test(
    .enabled(if: SmallDisk.isAvailable, "needs the right to mount a tmpfs"),
    arguments: [4, 8, 16, 36, 40, 64, 128])
  func `a disk without room for a new store is named`(kilobytes: Int) throws {
    let disk = try SmallDisk(folder, kilobytes: kilobytes)
    defer { disk.unmount() }
    let error = #expect(throws: TareError.self) { try Store(path: disk.path) }
    #expect(error?.exitCode == 70)
    #expect(error?.description.contains("the disk is full") == true, "\(error as Any)")
  }

  @Test(.enabled(if: SmallDisk.isAvailable, "needs the right to mount a tmpfs"))
  func `a read-only folder is named`() throws {
    let disk = try SmallDisk(folder, kilobytes: 4_096)
    defer { disk.unmount() }
    let run = try Store(path: disk.path).scoredRun([pair("a")])
    try disk.makeReadOnly()
    for path in [disk.path, disk.path + ".new"] {
      let error = #expect(throws: TareError.self) { try Store(path: path) }
      #expect(error?.exitCode == 70)
      #expect(error?.description.contains("writable") == true, "\(error as Any)")
    }
    // What is there can be read.
    #expect(!Store.canWrite(disk.path))
    let store = try Store(path: disk.path, access: .readOnly)
    #expect(store.isReadOnly)
    #expect(try store.items(of: run).count == 2)
    try disk.makeWritable()
    try Data("changes".utf8).write(to: URL(filePath: disk.path + "-wal"))
    try disk.makeReadOnly()
    let error = #expect(throws: TareError.self) { try Store(path: disk.path, access: .readOnly) }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("-wal") == true)
    try disk.makeWritable()
    try FileManager.default.removeItem(atPath: disk.path + "-wal")
    #expect(try Store(path: disk.path).items(of: run).count == 2)
  }

  @Test func `tables that another program has changed are no fault of tare's`() throws {
    let run = try Store(path: folder.path()).scoredRun([pair("a")])
    let other = try PythonProcess("db.execute('DROP TABLE item')", on: folder.path())
    #expect(other.exitStatus() == 0)
    let error = #expect(throws: TareError.self) {
      try Store(path: folder.path()).items(of: run)
    }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("changed by another program") == true, "\(error as Any)")
  }

  @Test func `a folder is no store`() {
    let error = #expect(throws: TareError.self) { try Store(path: "/proc") }
    #expect(error == .usage("/proc: a folder, not a store"))
  }

  @Test func `a path where no file can be is named`() {
    let error = #expect(throws: TareError.self) { try Store(path: "/proc/tare.db") }
    #expect(error?.description.hasPrefix("/proc/tare.db: cannot be opened") == true)
  }

  // MARK: - Damage

  /// Overwrites all pages but the first, which SQLite needs to take the file for a database.
  @Test func `damage is named`() throws {
    let run = try Store(path: folder.path()).scoredRun((0..<200).map { pair("row \($0)") })
    let file = URL(filePath: folder.path())
    var bytes = try Data(contentsOf: file)
    bytes.replaceSubrange(8_192..., with: Data(repeating: 0xA5, count: bytes.count - 8_192))
    try bytes.write(to: file)
    let error = #expect(throws: TareError.self) {
      let store = try Store(path: folder.path())
      _ = try store.items(of: run)
    }
    #expect(error?.exitCode == 65)
    #expect(
      error?.description.shows("\(folder.path()): expected …, found a damaged database") == true)
  }

  @Test func `a file that was cut short is named`() throws {
    let run = try Store(path: folder.path()).scoredRun((0..<200).map { pair("row \($0)") })
    let file = URL(filePath: folder.path())
    let bytes = try Data(contentsOf: file)
    try bytes.prefix(bytes.count / 2).write(to: file)
    let error = #expect(throws: TareError.self) {
      let store = try Store(path: folder.path())
      _ = try store.items(of: run, withTexts: true)
    }
    #expect(error?.description.hasPrefix("\(folder.path()): ") == true)
    #expect(error?.exitCode == 65)
  }
}
