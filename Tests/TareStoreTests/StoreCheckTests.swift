/// Damaged, foreign and newer stores: what is said of them, and what is saved.
import Foundation
import GRDB
import TareCore
import TareStore
import TareTesting
import Testing

@Suite struct StoreCheckTests {
  private let folder: TemporaryFolder
  private var recovered: String { folder.path("recovered.db") }

  init() throws { folder = try TemporaryFolder() }

  /// Two finished runs of some hundred rows, in one file without a log.
  private func made() throws -> [[RunItem]] {
    let store = try Store(path: folder.path())
    let first = try store.scoredRun((0..<300).map { pair("row \($0)") })
    let second = try store.scoredRun(
      named: "second", scorer: .sample(model: "other"), (300..<400).map { pair("row \($0)") })
    try execute("PRAGMA wal_checkpoint(TRUNCATE)", on: folder.path())
    return [
      try store.items(of: first, withTexts: true), try store.items(of: second, withTexts: true),
    ]
  }

  /// Pages of the table's leaves, by SQLite's own account.
  private func pages(of table: String) throws -> [Int] {
    try DatabaseQueue(path: folder.path()).read { db in
      try Int.fetchAll(
        db,
        sql: "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY pageno",
        arguments: [table])
    }
  }

  private func zero(_ pages: [Int]) throws {
    let file = URL(filePath: folder.path())
    var bytes = try Data(contentsOf: file)
    for page in pages {
      let start = (page - 1) * 4096
      bytes.replaceSubrange(start..<start + 4096, with: Data(count: 4096))
    }
    try bytes.write(to: file)
  }

  @Test func `a sound store has no findings, and a copy of it is whole`() throws {
    let items = try made()
    let before = try Data(contentsOf: URL(filePath: folder.path()))
    let report = try Store.check(path: folder.path())
    #expect(report.findings.isEmpty, "\(report.findings)")
    #expect(report.runs.map(\.name) == ["first", "second"])
    #expect(report.runs.map(\.responses) == [600, 200])
    #expect(report.runs.allSatisfy { $0.isWhole && $0.isFinished && $0.isSealed == true })
    let saved = try Store.recover(path: folder.path(), to: recovered)
    #expect(saved.runs.allSatisfy { $0.isWhole })
    #expect(saved.tables.allSatisfy { $0.saved == $0.expected && $0.dropped == 0 })
    let store = try Store(path: recovered)
    #expect(try store.items(of: store.run(named: "first"), withTexts: true) == items[0])
    #expect(try store.items(of: store.run(named: "second"), withTexts: true) == items[1])
    #expect(try integrity(of: recovered) == "ok")
    #expect(try Data(contentsOf: URL(filePath: folder.path())) == before)
    // Nothing else is left behind.
    let names = try folder.contents().keys.filter { $0.contains(".part") }
    #expect(names.isEmpty, "\(names)")
  }

  @Test(arguments: ["response", "prompt", "score", "item", "inputRow"])
  func `a page of zeros is named, and the rest is saved`(table: String) throws {
    let items = try made()
    let leaves = try pages(of: table)
    try #require(leaves.count > 2)
    try zero([leaves[1]])
    let report = try Store.check(path: folder.path())
    #expect(report.isDamaged)
    let saved = try Store.recover(path: folder.path(), to: recovered)
    let found = try #require(saved.tables.first { $0.name == table })
    #expect(found.saved > 0)
    #expect(try integrity(of: recovered) == "ok")
    let store = try Store(path: recovered)
    #expect(try !Store.check(path: recovered).isDamaged)
    for (name, all) in zip(["first", "second"], items) {
      guard let summary = saved.runs.first(where: { $0.name == name }) else { continue }
      let run = try store.run(named: name)
      #expect((run.status == .finished) == summary.isWhole)
      // What is there is what it was.
      let byPlace = Dictionary(
        uniqueKeysWithValues: all.map { ("\($0.position) \($0.index)", $0) })
      for item in try store.items(of: run, withTexts: true) {
        let old = try #require(byPlace["\(item.position) \(item.index)"])
        #expect(item.role == old.role && item.promptID == old.promptID)
        #expect(item.score == nil || item.score == old.score)
        #expect(item.conversation == nil || item.conversation == old.conversation)
      }
    }
    #expect(saved.runs.contains { !$0.isWhole } || table == "prompt" || table == "response")
  }

  @Test(arguments: [0.3, 0.6, 0.95])
  func `a file that was cut short is named, and what is left is saved`(share: Double) throws {
    _ = try made()
    let file = URL(filePath: folder.path())
    let bytes = try Data(contentsOf: file)
    let end = Int(Double(bytes.count) * share) / 4096 * 4096
    try bytes.prefix(end).write(to: file)
    let report = try? Store.check(path: folder.path())
    #expect(report?.isDamaged != false)
    let saved = try Store.recover(path: folder.path(), to: recovered)
    #expect(saved.tables.contains { $0.saved > 0 })
    #expect(try integrity(of: recovered) == "ok")
    #expect(try !Store.check(path: recovered).isDamaged)
    #expect(try Data(contentsOf: file).count == end)
  }

  @Test func `changes that wait in the log are saved, too`() throws {
    let store = try Store(path: folder.path())
    _ = try store.scoredRun([pair("a"), pair("b")])
    // The store is open: its last changes are in the log alone.
    let size = try Data(contentsOf: URL(filePath: folder.path() + "-wal")).count
    try #require(size > 0)
    let saved = try Store.recover(path: folder.path(), to: recovered)
    #expect(saved.runs.map(\.responses) == [4])
    #expect(saved.runs.allSatisfy { $0.isWhole })
  }

  @Test func `texts that were changed are not saved, and their scores are`() throws {
    _ = try made()
    try execute("UPDATE response SET text = 'changed' WHERE id = 5", on: folder.path())
    let saved = try Store.recover(path: folder.path(), to: recovered)
    #expect(saved.tables.first { $0.name == "response" }?.dropped == 1)
    let store = try Store(path: recovered)
    let items = try store.items(of: store.run(named: "first"), withTexts: true)
    #expect(items.count == 600)
    #expect(items.count { $0.conversation == nil } == 1)
    #expect(items.allSatisfy { $0.score != nil })
  }

  @Test func `a run with changed scores is open in the new store`() throws {
    _ = try made()
    try execute("UPDATE score SET value = 1234 WHERE id = 5", on: folder.path())
    let saved = try Store.recover(path: folder.path(), to: recovered)
    #expect(saved.runs.map(\.isWhole) == [false, true])
    #expect(try Store(path: recovered).run(named: "first").status == .open)
  }

  @Test func `foreign, newer and missing files are refused by both`() throws {
    let other = folder.path("other.db")
    try execute("CREATE TABLE player (id INTEGER)", on: other)
    let text = try folder.file("text.db", Data("id,score\n".utf8))
    _ = try made()
    try execute("INSERT INTO grdb_migrations VALUES ('v99')", on: folder.path())
    for (path, code, words) in [
      (other, 65, "another program"), (text, 65, "not an SQLite database"),
      (folder.path(), 65, "newer version of tare"), (folder.path("none.db"), 64, "no such store"),
    ] {
      for body in [
        { _ = try Store.check(path: path) }, { _ = try Store.recover(path: path, to: recovered) },
      ] {
        let error = #expect(throws: TareError.self) { try body() }
        #expect(error?.exitCode == Int32(code), "\(error as Any)")
        #expect(error?.description.contains(words) == true, "\(error as Any)")
      }
    }
    #expect(!FileManager.default.fileExists(atPath: recovered))
  }

  @Test func `nothing is written over`() throws {
    _ = try made()
    let before = try folder.contents()
    for place in [folder.path(), try folder.file("there.db", Data())] {
      let error = #expect(throws: TareError.self) {
        try Store.recover(path: folder.path(), to: place)
      }
      #expect(error?.exitCode == 64)
      #expect(error?.description.contains("exists already") == true)
    }
    #expect(try folder.contents().filter { $0.key != "there.db" } == before)
  }

  @Test func `rows that no run uses are a note, and missing ones damage`() throws {
    _ = try made()
    try execute(
      "INSERT INTO score (scorer, tokenDigest, value, tokens, readAt) VALUES (1, zeroblob(32), 1, 2, 1)",
      on: folder.path())
    let report = try Store.check(path: folder.path())
    #expect(!report.isDamaged)
    #expect(report.findings.map(\.what) == ["1 rows that no run uses"])
    try execute("PRAGMA foreign_keys = OFF; DELETE FROM prompt WHERE id = 3", on: folder.path())
    let damaged = try Store.check(path: folder.path())
    #expect(damaged.findings.contains { $0.what == "2 rows whose prompt is missing" })
    #expect(damaged.runs.map(\.isWhole) == [false, true])
  }
}
