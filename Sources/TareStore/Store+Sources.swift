/// Runs that are made of score files, and the files that they give back.
package import Foundation
import GRDB
package import TareCore
package import TareFormats

/// A score file, and which of its rows are meant.
package struct ScoreFile: Sendable {
  /// What errors call it.
  package var name: String
  package var data: Data
  /// A key of the file formats; nil to recognise it by content.
  package var format: String?
  /// The values that rows must have, by column.
  package var filters: [String: String]
  /// Other names for the file's columns.
  package var columns: TareFormats.ColumnMapping

  package init(
    name: String, data: Data, format: String? = nil, filters: [String: String] = [:],
    columns: TareFormats.ColumnMapping = .init()
  ) {
    self.columns = columns
    self.name = name
    self.data = data
    self.format = format
    self.filters = filters
  }

  /// - Throws: `TareError.badData` that names file and row.
  package func table() throws(TareError) -> DataTable {
    let table = try readTable(data, name: name, format: format, columns: columns)
    return filters.isEmpty ? table : try table.matching(filters)
  }
}

extension ScoreFile {
  /// Of the rows that are meant.
  fileprivate var digest: Digest {
    var hash = SHA256()
    data.withUnsafeBytes { hash.update($0) }
    Array(JSONValue.object(JSONObject(names: filters)).text().utf8).withUnsafeBytes {
      hash.update($0)
    }
    if !columns.isEmpty {
      Array(JSONValue.object(columns.json).text().utf8).withUnsafeBytes { hash.update($0) }
    }
    return hash.finish()
  }
}

extension Store {
  /// A finished run of a score file's scores, in any layout that can be read.
  ///
  /// The file itself is kept beside them: what later stages want to know of a response is read there, and
  /// `exportedFile` gives it back. Its scorer stands for this very file, so that none of its scores is
  /// taken for a model's of the store.
  /// - Throws: `TareError.usage` if the name is taken; `TareError.badData` that names file and row.
  package func importRun(named name: String, from file: ScoreFile) throws(TareError) -> Run {
    let (responses, lengths, format) = try file.columnsToStore()
    let filters = JSONValue.object(JSONObject(names: file.filters)).text()
    let scorer = Scorer(
      modelDigest: file.digest,
      modelName: "imported from \(file.name)", precision: "imported", readRule: "imported")
    let content = try Gzip.deflated(file.data)
    return try write { db in
      guard try Run.find(name, in: db) == nil else {
        throw TareError.usage("run '\(name)' exists already: give another name")
      }
      let run = try Run.insert(
        name, scorer: scorer, templateDate: nil, settings: [:], status: .finished, in: db)
      try db.execute(
        sql: """
          INSERT INTO source (run, name, format, filters, content, columns) VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          run.id, file.name, format, filters, content,
          file.columns.isEmpty ? nil : JSONValue.object(file.columns.json).text(),
        ])
      let scorerID = try scorer.findOrInsert(in: db)
      for (position, response) in responses.enumerated() {
        let length = lengths.map { $0[position] } ?? 0
        try response.insert(
          into: run, at: position, length: Int(min(max(length, 0), 1e15)), scorer: scorerID, in: db)
      }
      try run.linkScores(in: db)
      try Seal.write(of: run, in: db)
      return run
    }
  }

  /// The file that a run was imported from; nil for a run of another kind.
  ///
  /// - Throws: also if it is another file than the one that was imported.
  package func source(of run: Run) throws(TareError) -> ScoreFile? {
    try read { try Self.source(of: run, in: $0) }
  }

  static func source(of run: Run, in db: Database) throws -> ScoreFile? {
    guard
      let row = try Row.fetchOne(
        db, sql: "SELECT name, format, filters, content, columns FROM source WHERE run = ?",
        arguments: [run.id])
    else { return nil }
    let filters = try JSONValue(row, at: 2).object ?? [:]
    // GRDB has a type of that name, too.
    var columns = TareFormats.ColumnMapping()
    if !row.hasNull(atIndex: 4) {
      try columns.add(contents: Array((try row.decode(atIndex: 4) as String).utf8))
    }
    let file = ScoreFile(
      name: try row.decode(atIndex: 0), data: try Gzip.inflated(try row.decode(atIndex: 3)),
      format: try row.decode(atIndex: 1),
      filters: Dictionary(
        filters.members.map { ($0.key, $0.value.string ?? "") }, uniquingKeysWith: { $1 }),
      columns: columns)
    // The run's scorer stands for this very file.
    guard file.digest == run.scorer.modelDigest else {
      throw TareError.badData(
        place: "run '\(run.name)'", found: "another file than the one it was imported from",
        accepted: "the file as it was imported \(Seal.help)")
    }
    return file
  }

  /// The file that a run was imported from, or its rows of it, as it was; nil for another run.
  package func exportedFile(of run: Run) throws(TareError) -> Data? {
    guard let file = try source(of: run) else { return nil }
    return file.filters.isEmpty ? file.data : try file.table().data()
  }
}

extension ScoreFile {
  /// What a run keeps of each row: the scores, the lengths where each has one, and the table's format. The
  /// table itself is gone by then, with the memory that it took.
  fileprivate func columnsToStore() throws(TareError) -> (ScoredResponses, [Double]?, String) {
    let table = try self.table()
    let responses = try ScoreTable(table).responses
    for row in responses.scores.indices where abs(responses.scores[row]) > largestScore {
      throw .badData(
        place: "\(name), score \(row + 1) (prompt \(responses[row].promptID))",
        found: "\(responses.scores[row])",
        accepted: "a number in the range of a float32, up to 3.4e38")
    }
    let lengths = (try? ScoreTable(table, columns: .withLength))?.responses
      .map { $0.covariates[Length.key] ?? 0 }
    return (responses, lengths, table.format)
  }
}

/// The largest float32, which the schema asks of scores.
private let largestScore = Double(Float.greatestFiniteMagnitude)

extension ScoreColumns {
  fileprivate static var withLength: ScoreColumns {
    var columns = ScoreColumns()
    columns.covariates = [Length.key]
    return columns
  }
}

extension JSONObject {
  fileprivate init(names: [String: String]) {
    self.init()
    for (key, value) in names.sorted(by: { $0.key < $1.key }) { self[key] = .string(value) }
  }
}

extension ScoredResponse {
  fileprivate func insert(
    into run: Run, at position: Int, length: Int, scorer: Int64, in db: Database
  ) throws {
    let row = InputRow(
      run: run.id, position: position, name: promptID, subset: subset, section: section, extras: [:]
    )
    let rowID = try row.insert(in: db)
    let digest = Digest(row: position, response: index)
    let item = InputRow.Item(role: role, response: nil, length: length)
    try item.insert(row: rowID, index: index, tokens: (digest, false), in: db)
    // The same file under another name has the same scores.
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO score (scorer, tokenDigest, value, tokens, readAt) VALUES (?, ?, ?, 0, 0)
        ON CONFLICT DO NOTHING
        """)
    try statement.execute(arguments: [scorer, digest.data, score + 0])
  }
}
