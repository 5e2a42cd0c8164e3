/// Calibrations of a run and the scores they gave.
import GRDB
package import TareCore

extension Store {
  /// Keeps a calibration with the scores it gave, all or nothing.
  ///
  /// - Throws: if a value is not finite, or a response is not the run's.
  package func saveCalibration(
    _ artefact: JSONValue, method: String, scores: some Sequence<CalibratedScore>, of run: Run
  ) throws(TareError) -> StoredCalibration {
    try write { db in
      try requireExists(run, in: db)
      try db.execute(
        sql: "INSERT INTO calibration (run, method, artefact) VALUES (?, ?, ?)",
        arguments: [run.id, method, artefact.text()])
      let id = db.lastInsertedRowID
      let insert = try db.cachedStatement(
        sql: """
          INSERT INTO calibratedScore (calibration, item, value, bias)
          SELECT :calibration, item.id, :value, :bias
          FROM item JOIN inputRow ON inputRow.id = item.inputRow
          WHERE item.id = :item AND inputRow.run = :run
          """)
      for score in scores {
        guard score.value.isFinite, score.bias.isFinite else {
          throw TareError.badData(
            place: "the calibrated score of response \(score.item)",
            found: "\(score.value) with bias \(score.bias)", accepted: "finite numbers")
        }
        try insert.execute(
          arguments: [
            "calibration": id, "item": score.item, "value": score.value, "bias": score.bias,
            "run": run.id,
          ])
        guard db.changesCount == 1 else {
          throw TareError.fault("run '\(run.name)' has no response \(score.item)")
        }
      }
      guard let saved = try StoredCalibration.fetch(of: run, in: db).last else { throw gone(run) }
      try Seal.write(ofCalibration: id, in: db)
      return saved
    }
  }

  /// The calibrations of a run, oldest first.
  package func calibrations(of run: Run) throws(TareError) -> [StoredCalibration] {
    try read { try StoredCalibration.fetch(of: run, in: $0) }
  }

  /// What a calibration gave, by `RunItem.id`.
  package func calibratedScores(
    of calibration: StoredCalibration
  ) throws(TareError) -> [Int64: CalibratedScore] {
    try read { db in
      try Seal.check(calibration: calibration.id, in: db)
      let rows = try Row.fetchCursor(
        db, sql: "SELECT item, value, bias FROM calibratedScore WHERE calibration = ?",
        arguments: [calibration.id])
      var scores: [Int64: CalibratedScore] = [:]
      while let row = try rows.next() {
        let item = try row.decode(Int64.self, atIndex: 0)
        scores[item] = CalibratedScore(
          item: item, value: try row.decode(atIndex: 1), bias: try row.decode(atIndex: 2))
      }
      return scores
    }
  }
}

extension StoredCalibration {
  fileprivate static func fetch(of run: Run, in db: Database) throws -> [StoredCalibration] {
    let rows = try Row.fetchAll(
      db,
      sql: "SELECT id, method, artefact, createdAt FROM calibration WHERE run = ? ORDER BY id",
      arguments: [run.id])
    return try rows.map { row in
      StoredCalibration(
        id: try row.decode(atIndex: 0), method: try row.decode(atIndex: 1),
        artefact: try JSONValue(row, at: 2), createdAt: try row.decode(atIndex: 3))
    }
  }
}
