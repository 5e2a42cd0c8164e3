/// Claims: who computes what of a run that several processes score.
import Foundation
import GRDB
import TareCore
import TareStore
import TareTesting
import Testing

@Suite struct StoreClaimTests {
  private let folder: TemporaryFolder
  private let digests = (0..<6).map { Digest(of: "text \($0)") }

  init() throws { folder = try TemporaryFolder() }

  @Test func `work is claimed once, until its scores are there`() throws {
    let store = try Store(path: folder.path())
    let (one, two) = (Worker(), Worker())
    let mine = try store.claim(digests[0..<4], by: .sample(), as: one)
    #expect(mine.known.isEmpty && mine.elsewhere.isEmpty)
    let theirs = try store.claim(digests[2..<6], by: .sample(), as: two)
    #expect(theirs.elsewhere == Set(digests[2..<4]))
    // Asking again for what is one's own gives it again.
    #expect(try store.claim(digests[0..<4], by: .sample(), as: one).elsewhere.isEmpty)
    // Another scorer's work is other work.
    #expect(try store.claim(digests, by: .sample(model: "b"), as: two).elsewhere.isEmpty)
    try store.insert(scores: [digests[2]: StoredScore(1)], by: .sample())
    let later = try store.claim(digests[2..<4], by: .sample(), as: two)
    #expect(later.known == [digests[2]])
    #expect(later.elsewhere == [digests[3]])
    try store.releaseClaims(of: one)
    #expect(try store.claim(digests[3..<4], by: .sample(), as: two).elsewhere.isEmpty)
  }

  @Test func `claims of a process that was killed return at once`() throws {
    let store = try Store(path: folder.path())
    let worker = Process()
    worker.executableURL = URL(filePath: "/bin/sleep")
    worker.arguments = ["60"]
    try worker.run()
    let start = try String(
      contentsOfFile: "/proc/\(worker.processIdentifier)/stat", encoding: .utf8
    )
    .split(separator: " ")[21]
    _ = try store.claim(digests, by: .sample(), as: Worker())
    // As that process would have made them.
    let own = try DatabaseQueue(path: folder.path()).read { db in
      try #require(try String.fetchOne(db, sql: "SELECT worker FROM claim"))
    }
    let parts = own.split(separator: " ")
    let other = "\(parts[0]) \(worker.processIdentifier) \(start) part"
    try execute("UPDATE claim SET worker = '\(other)'", on: folder.path())
    #expect(try store.claim(digests, by: .sample(), as: Worker()).elsewhere == Set(digests))
    kill(worker.processIdentifier, SIGKILL)
    worker.waitUntilExit()
    #expect(try store.claim(digests, by: .sample(), as: Worker()).elsewhere.isEmpty)
    // Its number may be another process's by now, which began at another time.
    try execute("UPDATE claim SET worker = '\(parts[0]) \(getpid()) 1 part'", on: folder.path())
    #expect(try store.claim(digests, by: .sample(), as: Worker()).elsewhere.isEmpty)
  }

  @Test func `a claim that nobody can see ends by the clock, be it set back or forth`() throws {
    let store = try Store(path: folder.path())
    let now = Int(Date().timeIntervalSince1970)
    for (end, isOver) in [(now + 60, false), (now - 1, true), (now + 100_000_000, true)] {
      _ = try store.claim(digests, by: .sample(), as: Worker())
      try execute(
        "UPDATE claim SET worker = 'elsewhere 1 2 part', expiresAt = \(end)", on: folder.path())
      let work = try store.claim(digests, by: .sample(), as: Worker())
      #expect(work.elsewhere.isEmpty == isOver, "\(end - now)")
      try execute("DELETE FROM claim", on: folder.path())
    }
    let worker = Worker()
    _ = try store.claim(digests, by: .sample(), as: worker)
    try execute("UPDATE claim SET expiresAt = \(now + 1)", on: folder.path())
    try store.renewClaims(of: worker)
    let end = try DatabaseQueue(path: folder.path()).read { db in
      try Int.fetchOne(db, sql: "SELECT min(expiresAt) FROM claim") ?? 0
    }
    #expect(end >= now + Store.lease)
  }
}
