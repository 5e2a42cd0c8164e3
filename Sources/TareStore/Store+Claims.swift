/// Who computes what: processes that score one run share its work instead of doing it twice.
import Foundation
import GRDB
package import TareCore

/// What came of an attempt to take on work.
package struct ClaimedWork: Sendable {
  /// Tokens whose scores the store has.
  package var known: Set<Digest> = []
  /// Tokens that another process computes now; their scores come, or their claims return.
  package var elsewhere: Set<Digest> = []

  package init(known: some Sequence<Digest> = []) { self.known = Set(known) }
}

extension Store {
  /// How many seconds a claim lasts that nobody renews.
  package static let lease = 120

  /// Claims the tokens whose scores are neither in the store nor being computed: they are the caller's
  /// from then on, until the scores are inserted.
  ///
  /// A claim ends with its process, where that can be seen, and else when it is not renewed. One that
  /// ends too early costs time, never a score: the same tokens have the same score.
  package func claim(
    _ tokenDigests: some Sequence<Digest>, by scorer: Scorer, as worker: Worker
  ) throws(TareError) -> ClaimedWork {
    try write { db in
      let scorer = try scorer.findOrInsert(in: db)
      let now = Int64(Date().timeIntervalSince1970)
      try dropEndedClaims(now: now, in: db)
      let score = try db.cachedStatement(
        sql: "SELECT 1 FROM score WHERE scorer = ? AND tokenDigest = ?")
      let claim = try db.cachedStatement(
        sql: """
          INSERT INTO claim (scorer, tokenDigest, worker, expiresAt) VALUES (?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET expiresAt = excluded.expiresAt WHERE worker = excluded.worker
          """)
      var work = ClaimedWork()
      for digest in tokenDigests {
        guard try Row.fetchOne(score, arguments: [scorer, digest.data]) == nil else {
          work.known.insert(digest)
          continue
        }
        try claim.execute(
          arguments: [scorer, digest.data, worker.name, now + Int64(Self.lease)])
        if db.changesCount == 0 { work.elsewhere.insert(digest) }
      }
      return work
    }
  }

  /// Claims of processes that have ended, and such as nobody has renewed in time; where a clock was set
  /// back, those that would last longer than any.
  private func dropEndedClaims(now: Int64, in db: Database) throws {
    try db.execute(
      sql: "DELETE FROM claim WHERE expiresAt < ? OR expiresAt > ?",
      arguments: [now, now + Int64(2 * Self.lease)])
    for name in try String.fetchAll(db, sql: "SELECT DISTINCT worker FROM claim")
    where Worker(name: name).hasEnded {
      try db.execute(sql: "DELETE FROM claim WHERE worker = ?", arguments: [name])
    }
  }

  /// Lets a process's claims last longer.
  package func renewClaims(of worker: Worker) throws(TareError) {
    try write { db in
      let end = Int64(Date().timeIntervalSince1970) + Int64(Self.lease)
      try db.execute(
        sql: "UPDATE claim SET expiresAt = ? WHERE worker = ?", arguments: [end, worker.name])
    }
  }

  /// Gives back what a process has claimed and not computed.
  package func releaseClaims(of worker: Worker) throws(TareError) {
    try write { db in
      try db.execute(sql: "DELETE FROM claim WHERE worker = ?", arguments: [worker.name])
    }
  }
}
