/// Runs: created or taken up again, finished, listed, deleted.
import GRDB
package import TareCore

extension Store {
  /// The run of that name if it was made with the same scorer, date and settings, otherwise a new one.
  ///
  /// - Parameter templateDate: YYYY-MM-DD.
  /// - Throws: `TareError.usage` that lists the differences if the name is taken by another run.
  package func createOrResumeRun(
    named name: String, scorer: Scorer, templateDate: String? = nil, settings: JSONObject = [:]
  ) throws(TareError) -> Run {
    try write { db in
      if let run = try Run.find(name, in: db) {
        try check(run, scorer: scorer, templateDate: templateDate, settings: settings)
        try Seal.check(run, in: db)
        return run
      }
      return try Run.insert(
        name, scorer: scorer, templateDate: templateDate, settings: settings, status: .open, in: db)
    }
  }

  /// - Throws: `TareError.usage` that lists the runs there are if there is none of that name.
  package func run(named name: String) throws(TareError) -> Run {
    try read { db in
      if let run = try Run.find(name, in: db) { return run }
      let names = try String.fetchAll(db, sql: "SELECT name FROM run ORDER BY id")
      let known = names.isEmpty ? "none" : names.joined(separator: ", ")
      throw TareError.usage("no run '\(name)'; the runs are: \(known)")
    }
  }

  /// All runs, oldest first.
  package func runs() throws(TareError) -> [RunSummary] {
    try read { try RunSummary.fetch($0) }
  }

  package func summary(of run: Run) throws(TareError) -> RunSummary {
    try read { db in
      guard let summary = try RunSummary.fetch(db, id: run.id).first else { throw gone(run) }
      return summary
    }
  }

  /// Marks a run as finished; rows that are added later open it again.
  /// - Throws: if responses have no score yet.
  package func finish(_ run: Run) throws(TareError) {
    try write { db in
      guard let summary = try RunSummary.fetch(db, id: run.id).first else { throw gone(run) }
      guard summary.scored == summary.items else {
        throw TareError.fault(
          "run '\(run.name)' is not finished: \(summary.items - summary.scored) of "
            + "\(summary.items) responses have no score")
      }
      // A run that was finished before has its seal: a new one would vouch for what was changed since.
      guard try !Seal.check(run, in: db) else { return }
      try run.linkScores(in: db)
      try run.set(.finished, in: db)
      try Seal.write(of: run, in: db)
    }
  }

  /// Deletes a run with its calibrations and evaluations, and the texts, scores and models that no
  /// other run uses. Features stay, and so do their models.
  package func delete(_ run: Run) throws(TareError) {
    try write { db in
      try db.execute(
        sql: """
          DELETE FROM score
          WHERE scorer = (SELECT scorer FROM run WHERE id = :run)
            AND tokenDigest IN (
              SELECT tokenDigest FROM item JOIN inputRow ON inputRow.id = item.inputRow
              WHERE inputRow.run = :run)
            AND NOT EXISTS (
              SELECT 1 FROM item
                JOIN inputRow ON inputRow.id = item.inputRow
                JOIN run ON run.id = inputRow.run
              WHERE item.tokenDigest = score.tokenDigest
                AND run.scorer = score.scorer AND run.id <> :run)
          """, arguments: ["run": run.id])
      try db.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [run.id])
      guard db.changesCount == 1 else { throw gone(run) }
      try db.execute(
        sql: """
          DELETE FROM judgeAnswer
          WHERE NOT EXISTS (
            SELECT 1 FROM judgeRequest WHERE judgeRequest.answer = judgeAnswer.id);
          DELETE FROM decision
          WHERE NOT EXISTS (SELECT 1 FROM decisionAnswer WHERE decision = decision.id);
          DELETE FROM response
          WHERE NOT EXISTS (SELECT 1 FROM item WHERE item.response = response.id);
          DELETE FROM prompt
          WHERE NOT EXISTS (SELECT 1 FROM response WHERE response.prompt = prompt.id);
          DELETE FROM scorer
          WHERE NOT EXISTS (SELECT 1 FROM run WHERE run.scorer = scorer.id)
            AND NOT EXISTS (SELECT 1 FROM score WHERE score.scorer = scorer.id)
            AND NOT EXISTS (SELECT 1 FROM feature WHERE feature.scorer = scorer.id)
            AND NOT EXISTS (SELECT 1 FROM decision WHERE decision.scorer = scorer.id);
          DELETE FROM model
          WHERE NOT EXISTS (SELECT 1 FROM scorer WHERE scorer.model = model.id);
          """)
    }
  }

  /// The error for a run that another process has deleted.
  func gone(_ run: Run) -> TareError {
    .usage("run '\(run.name)' has been deleted")
  }

  private func check(
    _ run: Run, scorer: Scorer, templateDate: String?, settings: JSONObject
  ) throws(TareError) {
    let (old, own) = (run.scorer, "the model's own")
    var differences: [String] = []
    func compare(_ name: String, _ stored: String, _ wanted: String) {
      if stored != wanted { differences.append("\(name) \(stored), not \(wanted)") }
    }
    compare("model digest", old.modelDigest.description, scorer.modelDigest.description)
    compare("head", old.headDigest?.description ?? own, scorer.headDigest?.description ?? own)
    compare("precision", old.precision, scorer.precision)
    compare("score position", old.readRule, scorer.readRule)
    compare("date", run.templateDate ?? "none", templateDate ?? "none")
    for key in Set(run.settings.keys).union(settings.keys).sorted() {
      let (stored, wanted) = (run.settings[key], settings[key])
      compare("setting \(key)", stored?.text() ?? "none", wanted?.text() ?? "none")
    }
    guard differences.isEmpty else {
      throw .usage(
        "run '\(run.name)' was made with \(differences.joined(separator: "; ")): "
          + "give another name, or delete that run")
    }
  }
}

extension Run {
  fileprivate static let columns = """
    run.id, run.name, templateDate, settings, status, createdAt,
    model.digest, model.name, headDigest, precision, readRule
    """
  fileprivate static let columnCount = 11
  fileprivate static let tables = """
    run JOIN scorer ON scorer.id = run.scorer JOIN model ON model.id = scorer.model
    """

  /// - Parameter row: begins with `columns`.
  fileprivate init(_ row: Row) throws {
    id = try row.decode(atIndex: 0)
    name = try row.decode(atIndex: 1)
    templateDate = try row.decode(atIndex: 2)
    settings = try JSONValue(row, at: 3).object ?? [:]
    let status = try row.decode(String.self, atIndex: 4)
    guard let known = Status(rawValue: status) else {
      throw damage("status '\(status)'", "open or finished")
    }
    self.status = known
    createdAt = try row.decode(atIndex: 5)
    scorer = try Scorer(row, from: 6)
  }

  static func find(_ name: String, in db: Database) throws -> Run? {
    try Row.fetchOne(
      db, sql: "SELECT \(columns) FROM \(tables) WHERE run.name = ?", arguments: [name]
    ).map(Run.init)
  }

  static func insert(
    _ name: String, scorer: Scorer, templateDate: String?, settings: JSONObject, status: Status,
    in db: Database
  ) throws -> Run {
    let scorer = try scorer.findOrInsert(in: db)
    try db.execute(
      sql: """
        INSERT INTO run (name, scorer, templateDate, settings, status) VALUES (?, ?, ?, ?, ?)
        """,
      arguments: [name, scorer, templateDate, settings.canonicalText, status.rawValue])
    guard let run = try find(name, in: db) else {
      throw damage("no run '\(name)' after creating it", "the new run")
    }
    return run
  }

  /// Whether the scorer's scores are made of those of steps.
  func hasSteps(in db: Database) throws -> Bool {
    let found = try Bool.fetchOne(
      db,
      sql: """
        SELECT EXISTS (SELECT 1 FROM run JOIN stepScore ON stepScore.scorer = run.scorer
          WHERE run.id = ?)
        """, arguments: [id])
    return found ?? false
  }

  /// Tells the run's responses the numbers of their scores, which all of them must have.
  func linkScores(in db: Database) throws {
    try db.execute(
      sql: """
        UPDATE item SET score = (
          SELECT score.id FROM run
            JOIN score ON score.scorer = run.scorer AND score.tokenDigest = item.tokenDigest
          WHERE run.id = :run)
        WHERE score IS NULL AND inputRow IN (SELECT id FROM inputRow WHERE run = :run)
        """, arguments: ["run": id])
  }

  func set(_ status: Status, in db: Database) throws {
    try db.execute(
      sql: "UPDATE run SET status = ? WHERE id = ?", arguments: [status.rawValue, id])
  }
}

extension RunSummary {
  /// - Parameter id: of one run; nil for all, oldest first.
  fileprivate static func fetch(_ db: Database, id: Int64? = nil) throws -> [RunSummary] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT \(Run.columns),
          (SELECT count(*) FROM inputRow WHERE inputRow.run = run.id),
          (SELECT count(*) FROM inputRow JOIN item ON item.inputRow = inputRow.id
            WHERE inputRow.run = run.id),
          (SELECT count(*) FROM inputRow JOIN item ON item.inputRow = inputRow.id
              JOIN score ON score.scorer = run.scorer AND score.tokenDigest = item.tokenDigest
            WHERE inputRow.run = run.id),
          (SELECT count(*) FROM calibration WHERE calibration.run = run.id),
          (SELECT count(*) FROM evaluation WHERE evaluation.run = run.id)
        FROM \(Run.tables)
        WHERE :id IS NULL OR run.id = :id
        ORDER BY run.id
        """, arguments: ["id": id])
    return try rows.map { row in
      let counts = try (0..<5).map { try row.decode(Int.self, atIndex: Run.columnCount + $0) }
      return RunSummary(
        run: try Run(row), rows: counts[0], items: counts[1], scored: counts[2],
        calibrations: counts[3], evaluations: counts[4])
    }
  }
}
