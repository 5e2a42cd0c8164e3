/// Answers to typed questions: looked up before any work, kept once, and linked to responses.
import Foundation
import GRDB
package import TareCore

/// What the store keeps of one question read at one position of a prompt.
package struct StoredDecision: Sendable, Hashable {
  /// Before temperature, in the question's order of its options.
  package var scores: [Float]
  package var probabilities: [Float]
  /// nil for a head.
  package var labelMass: Double?
  package var isTopALabel: Bool?
  /// Of the prompt; 0 where a remote engine does not tell.
  package var tokens: Int

  package init(
    scores: [Float], probabilities: [Float], labelMass: Double?, isTopALabel: Bool?, tokens: Int
  ) {
    self.scores = scores.map { $0 + 0 }
    self.probabilities = probabilities
    self.labelMass = labelMass
    self.isTopALabel = isTopALabel
    self.tokens = tokens
  }
}

/// The answers of one response, by the digests of their reads; nil for a question that could not be
/// asked.
package struct ItemDecisions: Sendable {
  package var item: Int64
  package var reads: [Digest?]
  /// The response's reward, under the digest that all answers have together; nil for none.
  package var reward: (digest: Digest, score: StoredScore)?

  package init(item: Int64, reads: [Digest?], reward: (digest: Digest, score: StoredScore)?) {
    self.item = item
    self.reads = reads
    self.reward = reward
  }
}

extension Store {
  /// Responses of a run without answers, in input order, a page at a time.
  package func undecidedItems(
    of run: Run, after last: Int64 = 0, limit: Int = 512
  ) throws(TareError) -> [RunItem] {
    let ids = try read { db in
      try requireExists(run, in: db)
      return try Int64.fetchAll(
        db,
        sql: """
          SELECT item.id FROM inputRow JOIN item ON item.inputRow = inputRow.id
          WHERE run = ? AND item.id > ?
            AND NOT EXISTS (SELECT 1 FROM decisionAnswer WHERE item = item.id)
          ORDER BY item.id LIMIT ?
          """, arguments: [run.id, last, limit])
    }
    guard let first = ids.first, let end = ids.last else { return [] }
    return try items(of: run, from: first, through: end, ids: Set(ids))
  }

  /// How many responses of a run have answers.
  package func decidedItems(of run: Run) throws(TareError) -> Int {
    try read { db in
      try Int.fetchOne(
        db,
        sql: """
          SELECT count(DISTINCT item.id) FROM inputRow
            JOIN item ON item.inputRow = inputRow.id
            JOIN decisionAnswer ON decisionAnswer.item = item.id
          WHERE run = ?
          """, arguments: [run.id]) ?? 0
    }
  }

  /// The answers that the store has already, whichever run they were made for.
  package func knownDecisions(
    by scorer: Scorer, for reads: some Sequence<Digest>
  ) throws(TareError) -> [Digest: StoredDecision] {
    try read { db in
      guard let scorer = try scorer.find(in: db) else { return [:] }
      var known: [Digest: StoredDecision] = [:]
      for digest in reads { known[digest] = try StoredDecision.find(digest, by: scorer, in: db) }
      return known
    }
  }

  /// Adds answers and links responses to them, all or nothing.
  ///
  /// - Parameter scorer: of the answers; the rewards' is the run's.
  /// - Throws: if an answer is there already with other bits, as equal reads have equal answers.
  package func insert(
    decisions: [Digest: StoredDecision], by scorer: Scorer, for items: [ItemDecisions], of run: Run
  ) throws(TareError) {
    try write { db in
      try requireExists(run, in: db)
      let own = try scorer.findOrInsert(in: db)
      let rewards = try run.scorer.findOrInsert(in: db)
      for (digest, decision) in decisions { try decision.insert(digest, by: own, in: db) }
      let link = try db.cachedStatement(
        sql: """
          INSERT INTO decisionAnswer (item, question, decision)
          SELECT :item, :question,
            (SELECT id FROM decision WHERE scorer = :scorer AND readDigest = :digest)
          ON CONFLICT DO NOTHING
          """)
      let tokens = try db.cachedStatement(
        sql: "UPDATE item SET tokenDigest = ?, truncated = 0 WHERE id = ?")
      for item in items {
        for (question, read) in item.reads.enumerated() {
          try link.execute(
            arguments: [
              "item": item.item, "question": question, "scorer": own, "digest": read?.data,
            ])
        }
        guard let reward = item.reward else { continue }
        try tokens.execute(arguments: [reward.digest.data, item.item])
        try reward.score.insert(reward.digest, by: rewards, in: db)
      }
    }
  }

  /// Marks a run of answers as finished.
  ///
  /// - Throws: if responses have no answers yet.
  package func finishDecisions(_ run: Run) throws(TareError) {
    let items = try summary(of: run).items
    let decided = try decidedItems(of: run)
    guard decided == items else {
      throw .fault(
        "run '\(run.name)' is not finished: \(items - decided) of \(items) responses have no answers"
      )
    }
    try write { db in
      guard try !Seal.check(run, in: db) else { return }
      try run.linkScores(in: db)
      try run.set(.finished, in: db)
      try Seal.write(of: run, in: db)
    }
  }

  /// Each response of a run in input order, with its answers in the order of its questions.
  package func forEachDecided(
    of run: Run, _ body: (RunItem, [StoredDecision?]) throws(TareError) -> Void
  ) throws(TareError) {
    try checkSeal(of: run)
    let pairs = try pairNumbers(of: run)
    var place = 0
    var failure: TareError?
    // The rows are read before their answers: one connection runs one statement's rows at a time.
    let items = try mapItems(of: run, withTexts: true) { $0 }
    for var item in items {
      item.pair = pairs.indices.contains(place) ? pairs[place] : nil
      place += 1
      let answers = try decisions(of: item.id)
      do throws(TareError) { try body(item, answers) } catch {
        failure = error
        break
      }
    }
    if let failure { throw failure }
  }

  private func decisions(of item: Int64) throws(TareError) -> [StoredDecision?] {
    try read { db in
      let statement = try db.cachedStatement(
        sql: """
          SELECT scores, probabilities, labelMass, topIsLabel, tokens
          FROM decisionAnswer LEFT JOIN decision ON decision.id = decisionAnswer.decision
          WHERE item = ? ORDER BY question
          """)
      return try Row.fetchAll(statement, arguments: [item]).map { row in
        row.hasNull(atIndex: 0) ? nil : try StoredDecision(row)
      }
    }
  }

  private func items(
    of run: Run, from first: Int64, through last: Int64, ids: Set<Int64>
  ) throws(TareError) -> [RunItem] {
    var found: [RunItem] = []
    try forEachItem(of: run, withTexts: true, ids: first...last) { item in
      if ids.contains(item.id) { found.append(item) }
      return true
    }
    return found
  }
}

extension StoredDecision {
  fileprivate init(_ row: Row) throws {
    self.init(
      scores: [Float](littleEndian: try row.decode(atIndex: 0)),
      probabilities: [Float](littleEndian: try row.decode(atIndex: 1)),
      labelMass: try row.decode(atIndex: 2), isTopALabel: try row.decode(atIndex: 3),
      tokens: try row.decode(atIndex: 4))
  }

  fileprivate static func find(
    _ digest: Digest, by scorer: Int64, in db: Database
  ) throws -> StoredDecision? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT scores, probabilities, labelMass, topIsLabel, tokens
        FROM decision WHERE scorer = ? AND readDigest = ?
        """)
    return try Row.fetchOne(statement, arguments: [scorer, digest.data]).map {
      try StoredDecision($0)
    }
  }

  fileprivate func insert(_ digest: Digest, by scorer: Int64, in db: Database) throws {
    guard scores.allSatisfy(\.isFinite), probabilities.allSatisfy(\.isFinite) else {
      throw TareError.badData(
        place: "the answer of tokens \(digest)", found: "a number that is not finite",
        accepted: "finite numbers")
    }
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO decision
          (scorer, readDigest, scores, probabilities, labelMass, topIsLabel, tokens)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """)
    try insert.execute(
      arguments: [
        scorer, digest.data, scores.littleEndianData, probabilities.littleEndianData, labelMass,
        isTopALabel, tokens,
      ])
    guard db.changesCount == 0, let stored = try Self.find(digest, by: scorer, in: db) else {
      return
    }
    guard stored == self else {
      throw TareError.fault(
        "the store has other answers for tokens \(digest) than the same model gives now; an answer "
          + "must depend on its tokens only")
    }
  }
}
