/// Digests of what finished runs and calibrations hold, by which a change by another program is found.
import Foundation
import GRDB
import TareCore

/// A seal is written when a run is finished or a calibration saved, and checked whenever its scores are
/// read. It is no signature: whoever changes a row can also change the seal.
enum Seal {
  /// What helps, for errors.
  static let help = "(`tare store check FILE` lists what was changed)"

  // MARK: - Runs

  static func write(of run: Run, in db: Database) throws {
    try db.execute(
      sql: "INSERT INTO runSeal (run, digest) VALUES (?, ?)",
      arguments: [run.id, try digest(ofRun: run.id, in: db).data])
  }

  /// Of a run that goes on.
  static func remove(from run: Int64, in db: Database) throws {
    try db.execute(sql: "DELETE FROM runSeal WHERE run = ?", arguments: [run])
  }

  /// - Returns: whether the run has a seal; nothing is known of one that has none.
  /// - Throws: `TareError.badData` if it is that of another content.
  @discardableResult
  static func check(_ run: Run, in db: Database) throws -> Bool {
    switch try state(ofRun: run.id, in: db) {
    case .missing: return false
    case .whole: return true
    case .broken:
      throw TareError.badData(
        place: "run '\(run.name)'",
        found: "rows or scores that were changed after the run was finished",
        accepted: "the run as tare wrote it \(help)")
    }
  }

  enum State { case missing, whole, broken }

  static func state(ofRun run: Int64, in db: Database) throws -> State {
    let row = try Row.fetchOne(
      db, sql: "SELECT digest FROM runSeal WHERE run = ?", arguments: [run])
    guard let row else { return .missing }
    return try Digest(row, at: 0) == digest(ofRun: run, in: db) ? .whole : .broken
  }

  /// Of all that decides what later stages compute of a run: who scored it and how, its rows with their
  /// columns, and of each response role, length, tokens, score and the digests of its texts, which the
  /// texts are compared with when they are read.
  private static func digest(ofRun run: Int64, in db: Database) throws -> Digest {
    var hash = FieldHash()
    try hash.add(
      Row.fetchCursor(
        db,
        sql: """
          SELECT settings, templateDate, model.digest, headDigest, precision, readRule
          FROM run JOIN scorer ON scorer.id = run.scorer JOIN model ON model.id = scorer.model
          WHERE run.id = ?
          """, arguments: [run]))
    try hash.add(
      Row.fetchCursor(
        db,
        sql: """
          SELECT position, inputRow.name, subset, section, extras, responseIndex, role, item.length,
            truncated, item.tokenDigest, value, tokens, readAt, response.digest, prompt.digest
          FROM run
            JOIN inputRow ON inputRow.run = run.id
            JOIN item ON item.inputRow = inputRow.id
            -- By its number where that is right, which is a walk along the table.
            LEFT JOIN score ON score.id = coalesce(
              (SELECT id FROM score AS linked
                WHERE linked.id = item.score AND linked.tokenDigest = item.tokenDigest
                  AND linked.scorer = run.scorer),
              (SELECT id FROM score AS named
                WHERE named.scorer = run.scorer AND named.tokenDigest = item.tokenDigest))
            LEFT JOIN response ON response.id = item.response
            LEFT JOIN prompt ON prompt.id = response.prompt
          WHERE run.id = ? ORDER BY position, responseIndex
          """, arguments: [run]))
    try hash.add(
      Row.fetchCursor(
        db,
        sql: """
          SELECT inputRow.position, responseIndex, step, stepScore.position, stepScore.value
          FROM run
            JOIN stepScore ON stepScore.scorer = run.scorer
            JOIN item ON item.tokenDigest = stepScore.tokenDigest
            JOIN inputRow ON inputRow.id = item.inputRow AND inputRow.run = run.id
          WHERE run.id = ? ORDER BY inputRow.position, responseIndex, step
          """, arguments: [run]))
    try addDeviations(ofRun: run, to: &hash, in: db)
    try addAnswers(ofRun: run, to: &hash, in: db)
    return hash.finish()
  }

  /// Deviations, of a run that has such; others keep the digests that they had before.
  private static func addDeviations(
    ofRun run: Int64, to hash: inout FieldHash, in db: Database
  ) throws {
    let hasDeviations = try Row.fetchOne(
      db,
      sql: """
        SELECT 1 FROM run JOIN score ON score.scorer = run.scorer
        WHERE run.id = ? AND deviation IS NOT NULL
        """, arguments: [run])
    guard hasDeviations != nil else { return }
    try hash.add(
      Row.fetchCursor(
        db,
        sql: """
          SELECT position, responseIndex, deviation
          FROM run
            JOIN inputRow ON inputRow.run = run.id
            JOIN item ON item.inputRow = inputRow.id
            JOIN score ON score.scorer = run.scorer AND score.tokenDigest = item.tokenDigest
          WHERE run.id = ? AND deviation IS NOT NULL ORDER BY position, responseIndex
          """, arguments: [run]))
  }

  /// Answers to questions, of a run that has such.
  private static func addAnswers(
    ofRun run: Int64, to hash: inout FieldHash, in db: Database
  ) throws {
    guard try Row.fetchOne(db, sql: "SELECT 1 FROM decisionAnswer") != nil else {
      return hash.endGroup()
    }
    try hash.add(
      Row.fetchCursor(
        db,
        sql: """
          SELECT position, responseIndex, question, readDigest, scores, probabilities, labelMass,
            topIsLabel, tokens
          FROM inputRow
            JOIN item ON item.inputRow = inputRow.id
            JOIN decisionAnswer ON decisionAnswer.item = item.id
            LEFT JOIN decision ON decision.id = decisionAnswer.decision
          WHERE run = ? ORDER BY position, responseIndex, question
          """, arguments: [run]))
  }

  // MARK: - Calibrations

  static func write(ofCalibration id: Int64, in db: Database) throws {
    try db.execute(
      sql: "INSERT INTO calibrationSeal (calibration, digest) VALUES (?, ?)",
      arguments: [id, try digest(ofCalibration: id, in: db).data])
  }

  static func check(calibration id: Int64, in db: Database) throws {
    guard try state(ofCalibration: id, in: db) == .broken else { return }
    throw TareError.badData(
      place: "calibration \(id)",
      found: "calibrated scores that were changed after the calibration was saved",
      accepted: "the calibration as tare wrote it \(help)")
  }

  static func state(ofCalibration id: Int64, in db: Database) throws -> State {
    let row = try Row.fetchOne(
      db, sql: "SELECT digest FROM calibrationSeal WHERE calibration = ?", arguments: [id])
    guard let row else { return .missing }
    return try Digest(row, at: 0) == digest(ofCalibration: id, in: db) ? .whole : .broken
  }

  private static func digest(ofCalibration id: Int64, in db: Database) throws -> Digest {
    var hash = FieldHash()
    try hash.add(
      Row.fetchCursor(
        db, sql: "SELECT method, artefact FROM calibration WHERE id = ?", arguments: [id]))
    try hash.add(
      Row.fetchCursor(
        db,
        sql: """
          SELECT item, value, bias FROM calibratedScore WHERE calibration = ? ORDER BY item
          """, arguments: [id]))
    return hash.finish()
  }
}

/// SHA-256 of rows, field by field: each with its kind and length, so that none runs into the next.
private struct FieldHash {
  private var hash = SHA256()
  private var waiting: [UInt8] = []

  mutating func add(_ rows: RowCursor) throws {
    while let row = try rows.next() {
      for value in row.databaseValues { add(value) }
      if waiting.count > 1 << 16 { flush() }
    }
    endGroup()
  }

  mutating func endGroup() { waiting.append(UInt8(ascii: "\n")) }

  private mutating func add(_ value: DatabaseValue) {
    switch value.storage {
    case .null: waiting.append(0)
    case .int64(let number): add(1, UInt64(bitPattern: number))
    case .double(let number): add(2, number.bitPattern)
    case .string(let text): add(3, Array(text.utf8))
    case .blob(let data): add(4, data)
    }
  }

  private mutating func add(_ kind: UInt8, _ number: UInt64) {
    waiting.append(kind)
    withUnsafeBytes(of: number.littleEndian) { waiting += $0 }
  }

  private mutating func add(_ kind: UInt8, _ bytes: some Collection<UInt8>) {
    add(kind, UInt64(bytes.count))
    waiting += bytes
  }

  private mutating func flush() {
    waiting.withUnsafeBytes { hash.update($0) }
    waiting.removeAll(keepingCapacity: true)
  }

  mutating func finish() -> Digest {
    flush()
    return hash.finish()
  }
}

extension Store {
  /// - Throws: `TareError.badData` if a finished run is not as it was finished.
  func checkSeal(of run: Run) throws(TareError) {
    _ = try read { try Seal.check(run, in: $0) }
  }
}
