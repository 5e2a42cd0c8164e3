/// What generative judges have answered, word for word: looked up before they are asked, and read anew
/// whenever scores are made of it.
import Foundation
import GRDB
package import TareCore

/// Which answer: to which request, and the how many-th.
package struct JudgeAnswerKey: Sendable, Hashable {
  /// Of the request's body, the model's name in it.
  package var request: Digest
  /// From 0.
  package var sample: Int

  package init(request: Digest, sample: Int) {
    self.request = request
    self.sample = sample
  }
}

extension Store {
  /// The answers that the store has, whichever run they were given for.
  package func judgeAnswers(
    _ keys: some Sequence<JudgeAnswerKey>
  ) throws(TareError) -> [JudgeAnswerKey: JSONValue] {
    try read { db in
      let find = try db.cachedStatement(
        sql: "SELECT reply FROM judgeAnswer WHERE request = ? AND sample = ?")
      var known: [JudgeAnswerKey: JSONValue] = [:]
      for key in keys {
        if let row = try Row.fetchOne(find, arguments: [key.request.data, key.sample]) {
          known[key] = try JSONValue(row, at: 0)
        }
      }
      return known
    }
  }

  /// Keeps an answer; one that another process has kept meanwhile stays.
  package func insert(
    judgeAnswer reply: JSONValue, _ key: JudgeAnswerKey, of run: Run
  ) throws(TareError) {
    try write { db in
      try requireExists(run, in: db)
      let insert = try db.cachedStatement(
        sql: """
          INSERT INTO judgeAnswer (request, sample, reply) VALUES (?, ?, CAST(? AS TEXT))
          ON CONFLICT DO NOTHING
          """)
      try insert.execute(arguments: [key.request.data, key.sample, reply.text().data])
      try key.note(for: run, in: db)
    }
  }

  /// Notes that a run needs answers which the store has, so that they stay when another run goes.
  package func note(
    judgeAnswers keys: some Sequence<JudgeAnswerKey>, of run: Run
  ) throws(TareError) {
    try write { db in
      try requireExists(run, in: db)
      for key in keys { try key.note(for: run, in: db) }
    }
  }

  /// How many answers a run has.
  package func judgeAnswerCount(of run: Run) throws(TareError) -> Int {
    try read { db in
      let count = try Int.fetchOne(
        db, sql: "SELECT count(*) FROM judgeRequest WHERE run = ?", arguments: [run.id])
      return count ?? 0
    }
  }
}

extension JudgeAnswerKey {
  fileprivate func note(for run: Run, in db: Database) throws {
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO judgeRequest (run, answer)
        SELECT ?, id FROM judgeAnswer WHERE request = ? AND sample = ?
        ON CONFLICT DO NOTHING
        """)
    try insert.execute(arguments: [run.id, request.data, sample])
  }
}
