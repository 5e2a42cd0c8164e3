/// Runs out of the store and into it, as the lines that `tare score` prints.
import GRDB
package import TareCore

extension Store {
  /// A run as lines of score output, in input order, with prompts and responses where the store has
  /// them.
  package func exportRows(of run: Run) throws(TareError) -> [JSONObject] {
    var rows: [JSONObject] = []
    try forEachExportRow(of: run) { rows.append($0) }
    return rows
  }

  /// The same one by one, so that none is held.
  package func forEachExportRow(
    of run: Run, _ body: (JSONObject) throws(TareError) -> Void
  ) throws(TareError) {
    try checkSeal(of: run)
    let pairs = try pairNumbers(of: run)
    var place = 0
    // An error of `body` is none of the store's.
    var failure: TareError?
    try forEachItem(of: run, withTexts: true) { item in
      var item = item
      item.pair = pairs.indices.contains(place) ? pairs[place] : nil
      place += 1
      do throws(TareError) {
        try body(item.scoreRow)
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
  }

  /// A finished run made of lines of score output.
  ///
  /// Its scorer stands for these very lines, so that none of its scores is taken for a model's of the
  /// store. Scores become float32. Lines that follow each other and differ in nothing but the response,
  /// with a growing `index`, are one row.
  /// - Parameter source: where the lines are from; the run's model is named after it.
  /// - Throws: `TareError.usage` if the name is taken; `TareError.badData` that names the line.
  package func importRun(
    named name: String, from lines: [JSONObject], source: String
  ) throws(TareError) -> Run {
    var hash = SHA256()
    var rows: [[ScoreRow]] = []
    for (number, line) in zip(1..., lines) {
      Array(JSONValue.object(line).text().utf8).withUnsafeBytes { hash.update($0) }
      let row: ScoreRow
      do { row = try ScoreRow(line) } catch { throw error.inside("\(source), line \(number)") }
      if let last = rows.last?.last, row.follows(last) {
        rows[rows.count - 1].append(row)
      } else {
        rows.append([row])
      }
    }
    let scorer = Scorer(
      modelDigest: hash.finish(), modelName: "imported from \(source)", precision: "imported",
      readRule: "imported")
    return try write { db in
      guard try Run.find(name, in: db) == nil else {
        throw TareError.usage("run '\(name)' exists already: give another name")
      }
      let run = try Run.insert(
        name, scorer: scorer, templateDate: nil, settings: [:], status: .finished, in: db)
      let scorerID = try scorer.findOrInsert(in: db)
      for (position, row) in rows.enumerated() {
        try row.add(to: run, at: position, scorer: scorerID, in: db)
      }
      try run.linkScores(in: db)
      try Seal.write(of: run, in: db)
      return run
    }
  }
}

extension ScoreRow {
  fileprivate func follows(_ last: ScoreRow) -> Bool {
    promptID == last.promptID && pair == last.pair && index > last.index && subset == last.subset
      && section == last.section && extras == last.extras && texts?.prompt == last.texts?.prompt
  }
}

extension [ScoreRow] {
  /// - Parameter self: the lines of one row, at least one.
  fileprivate func add(
    to run: Run, at position: Int, scorer: Int64, in db: Database
  ) throws {
    let row = InputRow(
      run: run.id, position: position, name: self[0].promptID, subset: self[0].subset,
      section: self[0].section, extras: self[0].extras)
    let rowID = try row.insert(in: db)
    let prompt = try self[0].texts?.prompt.findOrInsert(in: db)
    for line in self {
      var item = InputRow.Item(role: line.role, response: nil, length: line.length)
      if let prompt, let turns = line.texts?.turns {
        item.response = try turns.findOrInsertResponse(prompt: prompt, in: db)
      }
      let digest = Digest(row: position, response: line.index)
      try item.insert(
        row: rowID, index: line.index, tokens: (digest, line.truncated), in: db)
      try line.score.insert(digest, by: scorer, in: db)
    }
  }
}
