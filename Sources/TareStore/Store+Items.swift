/// The rows of a run's input and their responses: added, tokenised, read back with their scores.
import Foundation
import GRDB
package import TareCore

extension Store {
  /// Adds rows of the input to a run; rows that it has already are compared and stay.
  ///
  /// - Parameters:
  ///   - first: position of the first row in the whole input, from 0.
  ///   - body: sees each row that was added or is there.
  /// - Throws: `TareError.badData` with the row's number if a row differs from the one stored at its
  ///   position, or has no response.
  package func addItems(
    _ rows: some Sequence<CandidateSet>, at first: Int = 0, to run: Run,
    _ body: (CandidateSet) -> Void = { _ in }
  ) throws(TareError) {
    try write { db in
      try requireExists(run, in: db)
      var added = 0
      for (position, row) in zip(first..., rows) {
        do {
          if try row.add(to: run, at: position, in: db) { added += 1 }
          body(row)
        } catch let error as TareError {
          throw error.inside("run '\(run.name)', row \(position + 1)")
        }
      }
      if added > 0 {
        try run.set(.open, in: db)
        try Seal.remove(from: run.id, in: db)
      }
    }
  }

  /// Responses without a score, in input order, a page at a time.
  ///
  /// - Parameter last: the last item of the page before.
  package func unscoredItems(
    of run: Run, after last: UnscoredItem? = nil, limit: Int = 1_000
  ) throws(TareError) -> [UnscoredItem] {
    try read { db in
      try requireExists(run, in: db)
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT item.id, position, responseIndex, \(Conversation.columns)
          FROM run
            JOIN inputRow ON inputRow.run = run.id
            JOIN item ON item.inputRow = inputRow.id
            JOIN response ON response.id = item.response
            JOIN prompt ON prompt.id = response.prompt
            LEFT JOIN score
              ON score.scorer = run.scorer AND score.tokenDigest = item.tokenDigest
          WHERE run.id = :run AND score.scorer IS NULL AND position >= :position
            AND (position, responseIndex) > (:position, :index)
          ORDER BY position, responseIndex LIMIT :limit
          """,
        arguments: [
          "run": run.id, "position": last?.position ?? 0, "index": last?.index ?? -1,
          "limit": limit,
        ])
      return try Array(
        rows.map { row in
          UnscoredItem(
            id: try row.decode(atIndex: 0), position: try row.decode(atIndex: 1),
            index: try row.decode(atIndex: 2), conversation: try Conversation(row, from: 3))
        })
    }
  }

  /// Notes which tokens the responses have; from then on the scores of those tokens are theirs.
  ///
  /// Do this before the scores are looked up or inserted: scores whose tokens no response has may be
  /// removed with another run.
  /// - Throws: if a response was noted with other tokens before, or is gone.
  package func setTokens(_ tokens: some Sequence<ItemTokens>, of run: Run) throws(TareError) {
    try write { db in
      try requireExists(run, in: db)
      let update = try db.cachedStatement(
        sql: """
          UPDATE item SET tokenDigest = :digest, truncated = :truncated
          WHERE id = :item
            AND (tokenDigest IS NULL OR (tokenDigest = :digest AND truncated = :truncated))
            AND inputRow IN (SELECT id FROM inputRow WHERE id = item.inputRow AND run = :run)
          """)
      for item in tokens {
        try update.execute(
          arguments: [
            "digest": item.digest.data, "truncated": item.truncated, "item": item.item,
            "run": run.id,
          ])
        guard db.changesCount == 1 else {
          throw TareError.fault(
            "response \(item.item) of run '\(run.name)' had different tokens before: "
              + "the model's files or the template must have changed since")
        }
      }
    }
  }

  /// All responses of a run in input order.
  /// - Parameter withTexts: prompts and responses too; they can be large.
  package func items(of run: Run, withTexts: Bool = false) throws(TareError) -> [RunItem] {
    try checkSeal(of: run)
    var items = try mapItems(of: run, withTexts: withTexts) { $0 }
    let pairs = PairNumbers(rows: items.map(\.position), roles: items.map(\.role)) {
      items[$0].promptKey
    }
    for (place, number) in pairs.numbers.enumerated() where number != nil {
      items[place].pair = number
    }
    return items
  }

  /// Which of its prompt's pairs each response of a run is of, in input order: as `RunItem.pair`.
  func pairNumbers(of run: Run) throws(TareError) -> [Int?] {
    try read { db in
      var (rows, roles, keys): ([Int], [Role], [PromptKey]) = ([], [], [])
      let found = try Row.fetchCursor(
        db,
        sql: """
          SELECT position, role, subset, section, name
          FROM inputRow JOIN item ON item.inputRow = inputRow.id
          WHERE run = ? ORDER BY position, responseIndex
          """, arguments: [run.id])
      while let row = try found.next() {
        rows.append(try row.decode(atIndex: 0))
        roles.append(try Role(row, at: 1))
        keys.append(
          PromptKey(
            section: try row.decode(atIndex: 3), subset: try row.decode(atIndex: 2),
            id: try row.decode(atIndex: 4)))
      }
      return PairNumbers(rows: rows, roles: roles) { keys[$0] }.numbers
    }
  }

  /// How many scored responses of a run were cut to fit the model.
  package func truncatedTexts(of run: Run) throws(TareError) -> Int {
    try read { db in
      let count = try Int.fetchOne(
        db,
        sql: """
          SELECT count(*)
          FROM run
            JOIN inputRow ON inputRow.run = run.id
            JOIN item ON item.inputRow = inputRow.id
            JOIN score ON score.scorer = run.scorer AND score.tokenDigest = item.tokenDigest
          WHERE run.id = ? AND item.truncated
          """, arguments: [run.id])
      return count ?? 0
    }
  }

  /// `RunItem.id` of all responses of a run in input order.
  package func itemIDs(of run: Run) throws(TareError) -> [Int64] {
    try read { db in
      try Int64.fetchAll(
        db,
        sql: """
          SELECT item.id FROM inputRow JOIN item ON item.inputRow = inputRow.id
          WHERE run = ? ORDER BY position, responseIndex
          """, arguments: [run.id])
    }
  }

  /// How many responses of a run have tokens that none before them has.
  package func distinctTexts(of run: Run) throws(TareError) -> Int {
    try read { db in
      let count = try Int.fetchOne(
        db,
        sql: """
          SELECT count(DISTINCT tokenDigest) FROM inputRow JOIN item ON item.inputRow = inputRow.id
          WHERE run = ?
          """, arguments: [run.id])
      return count ?? 0
    }
  }

  /// What `transform` makes of each response of a run, in input order; one at a time is in memory.
  func mapItems<Value>(
    of run: Run, withTexts: Bool, _ transform: (RunItem) throws -> Value
  ) throws(TareError) -> [Value] {
    var values: [Value] = []
    try forEachItem(of: run, withTexts: withTexts) { item in
      values.append(try transform(item))
      return true
    }
    return values
  }

  /// Each response of a run in input order; one at a time is in memory.
  ///
  /// - Parameters:
  ///   - ids: of the responses that are wanted; nil for all.
  ///   - body: returns whether it wants the next one.
  func forEachItem(
    of run: Run, withTexts: Bool, ids: ClosedRange<Int64>? = nil, _ body: (RunItem) throws -> Bool
  ) throws(TareError) {
    try read { db in
      try requireExists(run, in: db)
      let steps =
        try run.hasSteps(in: db)
        ? """
        (SELECT json_group_array(json_array(stepPosition, stepValue)) FROM (
          SELECT position AS stepPosition, value AS stepValue FROM stepScore
          WHERE stepScore.scorer = score.scorer AND stepScore.tokenDigest = score.tokenDigest
          ORDER BY step))
        """ : "NULL"
      let texts = withTexts ? Conversation.columns : "NULL"
      let textTables =
        withTexts
        ? """
        LEFT JOIN response ON response.id = item.response
        LEFT JOIN prompt ON prompt.id = response.prompt
        """ : ""
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT item.id, position, inputRow.name, responseIndex, role, subset, section,
            nullif(extras, '{}'), length, value, tokens, readAt, truncated, \(steps), deviation, \(texts)
          FROM run
            JOIN inputRow ON inputRow.run = run.id
            JOIN item ON item.inputRow = inputRow.id
            LEFT JOIN score
              ON score.scorer = run.scorer AND score.tokenDigest = item.tokenDigest
            \(textTables)
          WHERE run.id = ? AND item.id BETWEEN ? AND ?
          ORDER BY position, responseIndex
          """,
        arguments: [run.id, ids?.lowerBound ?? Int64.min, ids?.upperBound ?? Int64.max])
      var places = RowPlaces()
      while let row = try rows.next() {
        var item = try RunItem(row)
        item.index = places.place(
          position: item.position, index: item.index, given: item.givenIndex, of: item.promptKey)
        guard try body(item) else { return }
      }
    }
  }

  func requireExists(_ run: Run, in db: Database) throws {
    let statement = try db.cachedStatement(sql: "SELECT 1 FROM run WHERE id = ?")
    guard try Row.fetchOne(statement, arguments: [run.id]) != nil else { throw gone(run) }
  }
}

extension CandidateSet {
  /// - Returns: whether the row is new; if not, it is the one that the run has.
  fileprivate func add(to run: Run, at position: Int, in db: Database) throws -> Bool {
    guard !responses.isEmpty else {
      throw TareError.badData(place: "", found: "no response", accepted: "at least one response")
    }
    var row = InputRow(
      run: run.id, position: position, name: id, subset: subset, section: section, extras: extras)
    let promptID = try StoredPrompt(messages: prompt, context: context).findOrInsert(in: db)
    let items = try responses.map { response in
      InputRow.Item(
        role: response.role,
        response: try response.turns.findOrInsertResponse(prompt: promptID, in: db),
        length: response.text.unicodeScalars.count)
    }
    if let stored = try InputRow.find(run: run.id, position: position, in: db) {
      // Rows without an id were once named each by its number, whatever their prompts.
      if stored.row.isNamedByNumber, row.isNamedByNumber, stored.row.name != row.name {
        try row.rename(from: stored.row, in: db)
        row.name = stored.row.name
      }
      guard stored == (row, items) else {
        throw TareError.badData(
          place: "",
          found: (stored.row == row
            ? "different texts or roles" : "a different id, subset or column")
            + " than when the run began",
          accepted: "the same input (score a changed input as a new run)")
      }
      return false
    }
    let rowID = try row.insert(in: db)
    for (index, item) in items.enumerated() {
      try item.insert(row: rowID, index: index, in: db)
    }
    return true
  }
}

extension RunItem {
  var promptKey: PromptKey {
    PromptKey(section: section, subset: subset, id: promptID)
  }

  /// - Parameter row: as `Store.items` selects it.
  fileprivate init(_ row: Row) throws {
    id = try row.decode(atIndex: 0)
    position = try row.decode(atIndex: 1)
    promptID = try row.decode(atIndex: 2)
    index = try row.decode(atIndex: 3)
    role = try Role(row, at: 4)
    subset = try row.decode(atIndex: 5)
    section = try row.decode(atIndex: 6)
    extras = row.hasNull(atIndex: 7) ? [:] : try JSONValue(row, at: 7).object ?? [:]
    let length = try row.decode(Int.self, atIndex: 8)
    self.length = length
    score = try row.decode(Float?.self, atIndex: 9).map { value in
      var score = Score(
        value: value, tokens: try row.decode(atIndex: 10), length: length,
        readAt: try row.decode(atIndex: 11), truncated: try row.decode(atIndex: 12),
        steps: row.hasNull(atIndex: 13) ? [] : try JSONValue(row, at: 13).steps)
      score.deviation = try row.decode(atIndex: 14)
      return score
    }
    conversation = row.hasNull(atIndex: 15) ? nil : try Conversation(row, from: 15)
  }
}
