/// Store files with changed bytes, and those that another program has half written.
import Foundation
import GRDB
import TareCore
import TareStore
import TareTesting
import Testing

@Suite struct StoresFuzzTests {
  /// A finished run with a calibration, in one file of small pages.
  private func seed() throws -> [UInt8] {
    let folder = try TemporaryFolder()
    do {
      let store = try Store(path: folder.path())
      let run = try store.scoredRun([pair("a", extras: ["label": 1]), pair("b"), pair("c")])
      let scores = try store.items(of: run).map {
        CalibratedScore(item: $0.id, value: Double($0.index), bias: 0.5)
      }
      _ = try store.saveCalibration(["method": "lowess"], method: "lowess", scores: scores, of: run)
    }
    let small = folder.path("small.db")
    try DatabaseQueue(path: folder.path()).writeWithoutTransaction { db in
      try db.execute(sql: "VACUUM INTO ?", arguments: [small])
    }
    try DatabaseQueue(path: small).writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA page_size = 1024; VACUUM")
    }
    return Array(try Data(contentsOf: URL(filePath: small)))
  }

  private static func use(_ path: String) throws {
    let store = try Store(path: path, access: .readOnly)
    for summary in try store.runs() {
      let run = summary.run
      _ = try store.scores(of: run)
      _ = try store.exportRows(of: run)
      for calibration in try store.calibrations(of: run) {
        _ = try store.calibratedScores(of: calibration)
      }
    }
  }

  @Test(.timeLimit(.minutes(90)))
  func `changed stores are read or refused`() async throws {
    let folder = try TemporaryFolder()
    let (path, recovered) = (folder.path("fuzz.db"), folder.path("recovered.db"))
    let target = FuzzTarget(
      "store", seeds: [try seed()], words: ["runSeal", "score", "INTEGER NOT NULL"], rounds: 60
    ) { bytes in
      for file in [path, recovered] {
        for ending in ["", "-wal", "-shm", "-journal"] {
          try? FileManager.default.removeItem(atPath: file + ending)
        }
      }
      try Data(bytes).write(to: URL(filePath: path))
      let report = Result { try Store.check(path: path) }
      // Some of them, as a new store takes its time.
      if bytes.reduce(0, &+) % 16 == 0 { _ = try? Store.recover(path: path, to: recovered) }
      try Self.use(path)
      // What is read without a word must be what the check finds whole.
      if case .success(let report) = report, report.isDamaged {
        throw TareError.badData(place: "check", found: "damage", accepted: "none")
      }
    }
    let outcome = try await target.run()
    #expect(outcome.faults.isEmpty)
    #expect(outcome.isRead > 0 && outcome.refused > 0, "\(outcome)")
  }
}
