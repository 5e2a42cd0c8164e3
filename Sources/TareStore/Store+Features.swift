/// Features: the hidden states at the read position, kept so that a head is trained again in seconds.
import Foundation
import GRDB
package import TareCore

extension Store {
  /// The features that the store has already. The scorer's head plays no part in them.
  package func features(
    by scorer: Scorer, for tokenDigests: some Sequence<Digest>
  ) throws(TareError) -> [Digest: [Float]] {
    try read { db in
      guard let scorer = try scorer.withoutHead.find(in: db) else { return [:] }
      var known: [Digest: [Float]] = [:]
      for digest in tokenDigests {
        known[digest] = try vector(digest, by: scorer, in: db).map([Float].init(littleEndian:))
      }
      return known
    }
  }

  /// Adds features, all of them or none; those that are there already stay.
  ///
  /// - Throws: if a feature is empty or has a NaN or infinite element; if it is there already with
  ///   other bits.
  package func insert(
    features: [Digest: [Float]], by scorer: Scorer
  ) throws(TareError) {
    try write { db in
      let scorer = try scorer.withoutHead.findOrInsert(in: db)
      let insert = try db.cachedStatement(
        sql: """
          INSERT INTO feature (scorer, tokenDigest, width, vector) VALUES (?, ?, ?, ?)
          ON CONFLICT DO NOTHING
          """)
      for (digest, vector) in features {
        guard !vector.isEmpty, vector.allSatisfy(\.isFinite) else {
          throw TareError.badData(
            place: "the features of tokens \(digest)", found: "none, or one that is not finite",
            accepted: "finite numbers")
        }
        let data = vector.littleEndianData
        try insert.execute(arguments: [scorer, digest.data, vector.count, data])
        if db.changesCount == 0, try self.vector(digest, by: scorer, in: db) != data {
          throw TareError.fault(
            "the same model now gives different features for tokens \(digest); "
              + "features must depend on the tokens only")
        }
      }
    }
  }

  /// Bytes of one feature.
  private func vector(_ digest: Digest, by scorer: Int64, in db: Database) throws -> Data? {
    let statement = try db.cachedStatement(
      sql: "SELECT vector FROM feature WHERE scorer = ? AND tokenDigest = ?")
    return try Data.fetchOne(statement, arguments: [scorer, digest.data])
  }
}

extension Scorer {
  fileprivate var withoutHead: Scorer {
    var scorer = self
    scorer.headDigest = nil
    return scorer
  }
}
