/// Scores by scorer and tokens: looked up before any work, inserted once, never changed.
import Foundation
import GRDB
package import TareCore

extension Store {
  /// The scores that the store has already, whichever run they were made for.
  package func knownScores(
    by scorer: Scorer, for tokenDigests: some Sequence<Digest>
  ) throws(TareError) -> [Digest: StoredScore] {
    try read { db in
      guard let scorer = try scorer.find(in: db) else { return [:] }
      var known: [Digest: StoredScore] = [:]
      for digest in tokenDigests {
        known[digest] = try StoredScore.find(digest, by: scorer, in: db)
      }
      return known
    }
  }

  /// Adds scores, all of them or none. A score that is already there, which another process may have
  /// made meanwhile, stays.
  ///
  /// - Throws: if a score is NaN or infinite; if one is there already with other bits, since the same
  ///   tokens always have the same score.
  package func insert(
    scores: [Digest: StoredScore], by scorer: Scorer
  ) throws(TareError) {
    try write { db in
      let scorer = try scorer.findOrInsert(in: db)
      let end = try db.cachedStatement(
        sql: "DELETE FROM claim WHERE scorer = ? AND tokenDigest = ?")
      for (digest, score) in scores {
        try score.insert(digest, by: scorer, in: db)
        try end.execute(arguments: [scorer, digest.data])
      }
    }
  }
}

extension StoredScore {
  /// Inserts the score, or finds the same one there.
  func insert(_ digest: Digest, by scorer: Int64, in db: Database) throws {
    guard value.isFinite else {
      throw TareError.badData(
        place: "the score of tokens \(digest)", found: "\(value)", accepted: "a finite number")
    }
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO score (scorer, tokenDigest, value, tokens, readAt, deviation)
          VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """)
    try insert.execute(arguments: [scorer, digest.data, value, tokens, readAt, deviation])
    guard db.changesCount == 0, let stored = try Self.find(digest, by: scorer, in: db) else {
      return try insertSteps(digest, by: scorer, in: db)
    }
    guard stored == self else {
      throw TareError.fault(
        "the store has \(stored) for tokens \(digest), but the same model now gives \(self); "
          + "a score must depend on its tokens only")
    }
  }

  private func insertSteps(_ digest: Digest, by scorer: Int64, in db: Database) throws {
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO stepScore (scorer, tokenDigest, step, position, value) VALUES (?, ?, ?, ?, ?)
        """)
    for (index, step) in steps.enumerated() {
      try insert.execute(arguments: [scorer, digest.data, index, step.position, step.value])
    }
  }

  /// The steps of a score, in order.
  static func steps(
    _ digest: Data, by scorer: Int64, in db: Database
  ) throws -> [StepScore] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT position, value FROM stepScore WHERE scorer = ? AND tokenDigest = ? ORDER BY step
        """)
    return try Row.fetchAll(statement, arguments: [scorer, digest]).map { row in
      StepScore(position: try row.decode(atIndex: 0), value: try row.decode(atIndex: 1))
    }
  }

  fileprivate static func find(
    _ digest: Digest, by scorer: Int64, in db: Database
  ) throws -> StoredScore? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT value, tokens, readAt, deviation FROM score WHERE scorer = ? AND tokenDigest = ?
        """)
    return try Row.fetchOne(statement, arguments: [scorer, digest.data]).map { row in
      StoredScore(
        value: try row.decode(atIndex: 0), tokens: try row.decode(atIndex: 1),
        readAt: try row.decode(atIndex: 2), deviation: try row.decode(atIndex: 3),
        steps: try steps(digest.data, by: scorer, in: db))
    }
  }
}
