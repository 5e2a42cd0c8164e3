/// The constraints stand in the schema: they hold against other programs too.
import Foundation
import GRDB
import TareCore
import TareStore
import TareTesting
import Testing

@Suite struct StoreSchemaTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let store = try Store(path: folder.path())
    let run = try store.scoredRun([pair("a")])
    _ = try store.saveCalibration(.null, method: "mean", scores: [CalibratedScore](), of: run)
  }

  @Test(arguments: [
    "UPDATE model SET digest = x'00'",
    "INSERT INTO model (digest, name) SELECT digest, 'again' FROM model",
    "UPDATE scorer SET precision = ''",
    "UPDATE scorer SET headDigest = x'00'",
    "INSERT INTO scorer SELECT NULL, model, headDigest, precision, readRule FROM scorer",
    "UPDATE run SET status = 'lost'",
    "UPDATE run SET settings = 'no JSON'",
    "UPDATE run SET templateDate = 'yesterday'",
    "INSERT INTO run (name, scorer, settings) SELECT name, scorer, settings FROM run",
    "UPDATE prompt SET messages = '{}'",
    "UPDATE prompt SET context = '[]'",
    "UPDATE response SET turns = '{}'",
    "DELETE FROM prompt",
    "DELETE FROM response",
    "UPDATE inputRow SET position = -1",
    "UPDATE inputRow SET extras = '[]'",
    "UPDATE item SET role = 'winner'",
    "UPDATE item SET length = -1",
    "UPDATE item SET length = 'long'",
    "UPDATE item SET tokenDigest = NULL",
    "UPDATE item SET truncated = 2",
    "UPDATE item SET responseIndex = 0",
    "UPDATE score SET value = NULL",
    "UPDATE score SET value = 9e999",
    "UPDATE score SET value = 3.5e38",
    "UPDATE score SET value = 'good'",
    "UPDATE score SET readAt = tokens",
    "UPDATE score SET tokens = -1",
    "DELETE FROM scorer",
    "INSERT INTO score SELECT NULL, scorer + 1, tokenDigest, value, tokens, readAt, NULL FROM score",
    "INSERT INTO score SELECT NULL, scorer, tokenDigest, value, tokens, readAt, NULL FROM score",
    "UPDATE score SET deviation = -1", "UPDATE score SET deviation = 9e999",
    "INSERT INTO feature (scorer, tokenDigest, width, vector) VALUES (1, zeroblob(32), 2, x'00')",
    "UPDATE calibration SET artefact = 'no JSON'",
    "INSERT INTO calibratedScore VALUES (1, 99, 0, 0)",
    "INSERT INTO calibratedScore VALUES (1, 1, 9e999, 0)",
    "INSERT INTO evaluation (run, benchmark, result) VALUES (99, 'pairs', '{}')",
    "INSERT INTO evaluation (run, benchmark, result) VALUES (1, 'pairs', '')",
    "INSERT INTO source VALUES (99, 'x', 'csv', '{}', x'00', NULL)",
    "INSERT INTO source VALUES (1, 'x', '', '{}', x'00', NULL)",
    "INSERT INTO source VALUES (1, 'x', 'csv', '[]', x'00', NULL)",
  ])
  func `what makes no sense is refused`(sql: String) throws {
    let error = #expect(throws: DatabaseError.self) { try execute(sql, on: folder.path()) }
    #expect(error?.resultCode == .SQLITE_CONSTRAINT, "\(error as Any)")
  }

  @Test func `every reference has an index for deleting what it refers to`() throws {
    let unindexed = try DatabaseQueue(path: folder.path()).read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT t.name || '.' || f."from"
          FROM sqlite_master AS t JOIN pragma_foreign_key_list(t.name) AS f
          WHERE t.type = 'table' AND NOT EXISTS (
            -- The columns of a reference stand in an index in their order.
            SELECT 1 FROM pragma_index_list(t.name) AS l JOIN pragma_index_info(l.name) AS i
            WHERE i.seqno = f.seq AND i.name = f."from")
            -- A row's own number needs none.
            AND NOT EXISTS (
              SELECT 1 FROM pragma_table_info(t.name) AS c
              WHERE c.name = f."from" AND c.pk = 1 AND c.type = 'INTEGER')
          """)
    }
    #expect(unindexed == [])
  }

  @Test func `all tables are strict`() throws {
    let loose = try DatabaseQueue(path: folder.path()).read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0
            AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'grdb%'
          """)
    }
    #expect(loose == [])
  }
}
