/// Models and scorers: each is kept once and found again by what identifies it.
import Foundation
import GRDB
package import TareCore

extension Scorer {
  /// The scorer's row, if the store has one.
  func find(in db: Database) throws -> Int64? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT scorer.id FROM scorer JOIN model ON model.id = scorer.model
        WHERE model.digest = ? AND headDigest = ? AND precision = ? AND readRule = ?
        """)
    return try Int64.fetchOne(
      statement,
      arguments: [modelDigest.data, headDigest?.data ?? Data(), precision, readRule])
  }

  func findOrInsert(in db: Database) throws -> Int64 {
    if let id = try find(in: db) { return id }
    try db.execute(
      sql: "INSERT INTO model (digest, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
      arguments: [modelDigest.data, modelName])
    try db.execute(
      sql: """
        INSERT INTO scorer (model, headDigest, precision, readRule)
        SELECT id, ?, ?, ? FROM model WHERE digest = ?
        """,
      arguments: [headDigest?.data ?? Data(), precision, readRule, modelDigest.data])
    return db.lastInsertedRowID
  }

  /// - Parameter row: model.digest, model.name, headDigest, precision, readRule from `column` on.
  init(_ row: Row, from column: Int) throws {
    let head = try row.decode(Data.self, atIndex: column + 2)
    self.init(
      modelDigest: try Digest(row, at: column),
      modelName: try row.decode(atIndex: column + 1),
      headDigest: head.isEmpty ? nil : try Digest(row, at: column + 2),
      precision: try row.decode(atIndex: column + 3),
      readRule: try row.decode(atIndex: column + 4))
  }
}

extension Store {
  /// The read rules of the scorers that a model has, oldest first.
  package func readRules(ofModel digest: Digest) throws(TareError) -> [String] {
    try read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT readRule FROM scorer JOIN model ON model.id = scorer.model
          WHERE model.digest = ? ORDER BY scorer.id
          """, arguments: [digest.data])
    }
  }
}
