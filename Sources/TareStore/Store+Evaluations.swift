/// What the evaluation stage found of a run, raw or calibrated.
import GRDB
package import TareCore

extension Store {
  /// - Parameter calibration: of the same run; nil if the raw scores were evaluated.
  package func saveEvaluation(
    _ result: JSONValue, benchmark: String, calibration: StoredCalibration? = nil, of run: Run
  ) throws(TareError) {
    try write { db in
      try requireExists(run, in: db)
      let ofRun = try Int.fetchOne(
        db, sql: "SELECT count(*) FROM calibration WHERE id = ? AND run = ?",
        arguments: [calibration?.id, run.id])
      guard calibration == nil || ofRun == 1 else {
        throw TareError.fault("run '\(run.name)' has no such calibration")
      }
      try db.execute(
        sql: "INSERT INTO evaluation (run, calibration, benchmark, result) VALUES (?, ?, ?, ?)",
        arguments: [run.id, calibration?.id, benchmark, result.text()])
    }
  }

  /// The evaluations of a run, oldest first.
  package func evaluations(of run: Run) throws(TareError) -> [StoredEvaluation] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT id, calibration, benchmark, result, createdAt FROM evaluation
          WHERE run = ? ORDER BY id
          """, arguments: [run.id])
      return try rows.map { row in
        StoredEvaluation(
          id: try row.decode(atIndex: 0), calibration: try row.decode(atIndex: 1),
          benchmark: try row.decode(atIndex: 2), result: try JSONValue(row, at: 3),
          createdAt: try row.decode(atIndex: 4))
      }
    }
  }
}
