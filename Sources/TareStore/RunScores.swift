/// A run's scores as calibration, evaluation and ranking take them, with covariates by name.
import GRDB
package import TareCore
import TareFormats

package struct RunScores: Sendable {
  /// Those that were asked for, in that order, and how each was come by.
  package let covariates: [Covariate]
  /// In input order.
  package let responses: ScoredResponses
  /// The item of each response.
  package let items: [Int64]
}

extension Store {
  /// The scores of a run that is finished; of an imported one those of its file.
  ///
  /// Of the covariates, `length` and `tokens` are the store's own; for the others a column that the
  /// input carried counts before the text, as in a score file. Texts are read only where something is
  /// counted on them, and are not kept.
  /// - Throws: `TareError.usage` if a response has no score; `TareError.badData` for a name that is
  ///   neither a text covariate nor a column, with those that there are; for a column that holds no
  ///   number in a row; for a text that the store does not know.
  ///
  /// - Parameter label: the column of labels; "none" for none, nil for the usual ones.
  package func scores(
    of run: Run, covariates names: [String] = [], label: String? = nil
  ) throws(TareError) -> RunScores {
    if let file = try source(of: run) {
      return try scores(of: run, file, covariates: names, label: label)
    }
    try checkSeal(of: run)
    let found = try covariates(names, of: run)
    if found.allSatisfy(\.isOwn), let scores = try plainScores(of: run, found, label) {
      return scores
    }
    var unscored = 0
    var labels = RowLabels(label)
    let needsTexts = found.contains { $0.needsTexts }
    let read = try mapItems(of: run, withTexts: needsTexts) { item in
      guard var response = item.scoredResponse else {
        unscored += 1
        return nil as (item: Int64, position: Int, response: ScoredResponse, isCut: Bool)?
      }
      labels.append(item.role, item.extras, position: item.position)
      for covariate in found where response.covariates[covariate.name] == nil {
        response.covariates[covariate.name] = try covariate.value(of: item, in: run)
      }
      return (item.id, item.position, response, item.score?.truncated ?? false)
    }
    guard unscored == 0 else {
      throw .usage(
        "run '\(run.name)' is not finished: \(unscored) of \(read.count) responses have no score; "
          + run.wayOn)
    }
    let rows = read.compactMap(\.self)
    var responses = rows.map(\.response)
    responses.numberPairs(rows: rows.map(\.position))
    let hasSteps = responses.contains { !$0.steps.isEmpty }
    responses.judge(try labels.judgement(keepsRoles: hasSteps, place: run.place(ofRow:)))
    for (row, response) in zip(rows, responses)
    where row.isCut && !response.steps.isEmpty && response.label != nil {
      throw .badData(
        place: run.place(ofRow: row.position),
        found: "a step label on a truncated response",
        accepted: "a response that was scored without truncation")
    }
    return RunScores(
      covariates: found.map(\.covariate), responses: ScoredResponses(responses),
      items: rows.map(\.item))
  }

  /// The scores of a finished run with what stands beside them, read for speed; nil for a run that is
  /// not finished, or whose scores have steps.
  private func plainScores(
    of run: Run, _ covariates: [RunCovariate], _ label: String?
  ) throws(TareError) -> RunScores? {
    guard let rows = try plainRows(of: run, RowLabels(label)) else { return nil }
    var responses = rows.responses
    responses.numberPairs(rows: rows.positions)
    responses.judge(try rows.labels.judgement(keepsRoles: false, place: run.place(ofRow:)))
    return RunScores(
      covariates: covariates.map(\.covariate), responses: ScoredResponses(responses),
      items: rows.items)
  }

  /// The scores of a run as they stand, and what is known of them besides.
  private struct PlainRows {
    var responses: [ScoredResponse] = []
    var items: [Int64] = []
    /// Of each response's row in the input.
    var positions: [Int] = []
    var labels: RowLabels
  }

  private func plainRows(
    of run: Run, _ labels: RowLabels
  ) throws(TareError) -> PlainRows? {
    try read { db in
      try requireExists(run, in: db)
      guard try !run.hasSteps(in: db) else { return nil }
      let count = try Int.fetchOne(
        db,
        sql: """
          SELECT count(*) FROM inputRow JOIN item ON item.inputRow = inputRow.id WHERE run = ?
          """, arguments: [run.id])
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT item.id, inputRow.name, responseIndex,
            CASE role WHEN 'chosen' THEN 0 WHEN 'rejected' THEN 1 ELSE 2 END,
            value, length, tokens, position, subset, section, nullif(extras, '{}')
          FROM inputRow
            JOIN item ON item.inputRow = inputRow.id
            LEFT JOIN score
              ON score.id = item.score AND score.tokenDigest = item.tokenDigest
          WHERE run = ? ORDER BY position, responseIndex
          """, arguments: [run.id])
      let names = [Length.key, Tokens.key]
      let roles: [Role] = [.chosen, .rejected, .response]
      var found = PlainRows(labels: labels)
      var places = RowPlaces()
      found.responses.reserveCapacity(count ?? 0)
      found.items.reserveCapacity(count ?? 0)
      found.positions.reserveCapacity(count ?? 0)
      // What the responses of a row of the input share.
      var (position, name, extras) = (-1, "", JSONObject?.none)
      var (subset, section) = (String?.none, String?.none)
      while let row = try rows.next() {
        guard let value = try row.decode(Float?.self, atIndex: 4) else { return nil }
        let place = try row.decode(Int.self, atIndex: 7)
        if place != position {
          position = place
          name = try row.decode(atIndex: 1)
          subset = try row.decode(atIndex: 8)
          section = try row.decode(atIndex: 9)
          extras = row.hasNull(atIndex: 10) ? nil : try JSONValue(row, at: 10).object
        }
        let role = roles[try row.decode(atIndex: 3)]
        found.items.append(try row.decode(atIndex: 0))
        found.positions.append(position)
        found.labels.append(role, extras, position: position)
        let index = places.place(
          position: position, index: try row.decode(atIndex: 2),
          given: role == .response ? extras?["index"]?.int : nil,
          of: PromptKey(section: section, subset: subset, id: name))
        found.responses.append(
          ScoredResponse(
            promptID: name, index: index, role: role, score: Double(value),
            covariates: CovariateValues(
              names, try row.decode(atIndex: 5), try row.decode(atIndex: 6)),
            subset: subset, section: section))
      }
      return found
    }
  }

  /// An imported run's scores are those of its file, with its own roles, labels and columns.
  private func scores(
    of run: Run, _ file: ScoreFile, covariates names: [String], label: String?
  ) throws(TareError) -> RunScores {
    var columns = ScoreColumns()
    columns.label = label
    columns.covariates = names
    let table = try ScoreTable(try file.table(), columns: columns)
    let items = try itemIDs(of: run)
    guard items.count == table.responses.count else {
      throw .fault(
        "\(path): run '\(run.name)' has \(items.count) responses, its file \(table.responses.count)"
      )
    }
    return RunScores(covariates: table.covariates, responses: table.responses, items: items)
  }

  private func covariates(
    _ names: [String], of run: Run
  ) throws(TareError) -> [RunCovariate] {
    let own = [Length.key, Tokens.key]
    let columns = names.allSatisfy(own.contains) ? [] : try columns(of: run)
    return try names.map { (name) throws(TareError) in
      let kind = TextCovariates.named(name)
      if name == RunItem.deviationColumn { return .deviation }
      if columns.contains(name), !own.contains(name) { return .column(name) }
      if let kind { return own.contains(name) ? .own(kind) : .counted(kind) }
      let texts = TextCovariates.registry.keys.joined(separator: ", ")
      throw .badData(
        place: "run '\(run.name)'", found: "no covariate '\(name)'",
        accepted: columns.isEmpty ? texts : "\(texts), or a column of the input: \(list(columns))")
    }
  }

  /// The names of all columns that the run's rows carried through.
  private func columns(of run: Run) throws(TareError) -> [String] {
    try read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT DISTINCT member.key FROM inputRow, json_each(extras) AS member
          WHERE run = ? ORDER BY member.key
          """, arguments: [run.id])
    }
  }
}

extension Run {
  /// Where a row of its input stands, for messages.
  fileprivate func place(ofRow position: Int) -> String { "run '\(name)', row \(position + 1)" }

  /// What to do where responses have no score.
  fileprivate var wayOn: String {
    scorer.isJudge
      ? "the judge was stopped, or gave no verdict on them; run the same `tare judge` command again, "
        + "or export the run and use the file with --missing drop"
      : "run the same `tare score` command again to resume it"
  }
}

extension [ScoredResponse] {
  /// Tells apart the pairs of prompts that have several.
  ///
  /// - Parameter rows: the position of each response's row in the input.
  fileprivate mutating func numberPairs(rows: [Int]) {
    let pairs = PairNumbers(rows: rows, roles: map(\.role)) { PromptKey(self[$0]) }
    for (place, number) in pairs.numbers.enumerated() where number != nil {
      self[place].pair = number
    }
  }

  /// Takes the roles and labels that the columns say.
  fileprivate mutating func judge(_ judgement: Judgement) {
    for row in indices {
      self[row].role = judgement.roles[row]
      self[row].label = judgement.labels[row].isNaN ? nil : judgement.labels[row]
    }
  }
}

/// Where a run has a covariate.
private enum RunCovariate {
  /// Beside the score.
  case own(any TextCovariate.Type)
  case column(String)
  /// The standard deviation of the score, or else a column of its name.
  case deviation
  case counted(any TextCovariate.Type)

  var covariate: Covariate {
    switch self {
    case .own(let kind), .counted(let kind): .computed(kind)
    case .column(let name): .column(name)
    case .deviation: .column(RunItem.deviationColumn)
    }
  }

  var name: String { covariate.name }

  var isOwn: Bool { if case .own = self { true } else { false } }

  var needsTexts: Bool { if case .counted = self { true } else { false } }

  /// - Returns: nil for what the score has beside it.
  func value(of item: RunItem, in run: Run) throws(TareError) -> Double? {
    let place = "run '\(run.name)', row \(item.position + 1)"
    switch self {
    case .own: return nil
    case .column(let name):
      guard let number = item.number(name) else {
        throw .badData(
          place: "\(place), column '\(name)'", found: (item.extras[name] ?? .null).text(),
          accepted: "a finite number")
      }
      return number
    case .deviation:
      if let deviation = item.score?.deviation { return Double(deviation) }
      guard let number = item.number(RunItem.deviationColumn) else {
        throw .badData(
          place: place, found: "a score without a standard deviation",
          accepted: "scores of a head that knows its uncertainty, or a column "
            + "'\(RunItem.deviationColumn)'")
      }
      return number
    case .counted(let kind):
      guard let conversation = item.conversation else {
        throw .badData(
          place: place, found: "scores that were imported without their texts",
          accepted:
            "texts to compute '\(kind.key)' from (without them only length and tokens are known)")
      }
      return kind.value(
        prompt: conversation.prompt, response: conversation.response,
        tokens: item.score?.tokens)
    }
  }
}

extension RunItem {
  /// The number in a column that the input carried; nil where there is none.
  fileprivate func number(_ column: String) -> Double? {
    let value = extras[column] ?? .null
    // A run does not know whether its input was CSV, whose numbers are texts.
    let number = value.double ?? value.string.flatMap(DecimalText.number)
    return number.flatMap { $0.isFinite ? $0 : nil }
  }
}
