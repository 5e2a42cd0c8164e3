/// Scores of a table, as calibration, evaluation and ranking take them, and their way back into it.
package import Foundation
package import TareCore

/// Which columns of a table hold what. Those that are nil are found by their usual names; those that
/// are named must be there.
package struct ScoreColumns: Sendable {
  package var score = "score"
  /// The prompt's id; else `prompt_id`, `id` or `pair_id`; else rows of one prompt are known by its
  /// text; else each row is a prompt of its own.
  package var group: String?
  /// Where a row is a response: how good it is, see `Judgement`; "none" for no labels.
  package var label: String?
  /// Whether rows may be without a label where others have one.
  package var allowsMissingLabels = false
  /// The subset; else the layout's own column; "none" for no subsets and sections.
  package var subset: String?
  /// Names of columns, or of text covariates where there is no such column but the text.
  package var covariates: [String] = []
  /// More of these, which are left out where they cannot be had.
  package var optionalCovariates: [String] = []
  /// Columns that tell reward models or runs apart, besides those of a layout; a table may hold only
  /// one value of each.
  package var runs = [
    "rm", "rm_name", "reward_model", "reward_model_name", "run", "judge", "judge_name",
    "judge_model", "scorer", "evaluator",
  ]
  /// How the user names columns, for messages.
  package var naming: Naming?

  package struct Naming: Sendable {
    package var score, label: String

    /// - Parameters: as one types them: "--score NAME".
    package init(score: String, label: String) {
      self.score = score
      self.label = label
    }
  }

  package init() {}

  /// The columns that tell models apart in this table.
  package func runs(of table: DataTable) -> [String] {
    runs + AlpacaEvalLayout.modelColumns(of: table)
  }
}

package struct ScoreTable: Sendable {
  package private(set) var table: DataTable
  /// In the table's order; where a row holds several, chosen before rejected or A before B.
  package let responses: ScoredResponses
  /// Those that were asked for, in that order: a column each, or counted on the texts.
  package let covariates: [Covariate]
  /// By what the rows of one prompt are known.
  package let promptRule: PromptRule
  /// What a reader should know of how prompts were told apart, a phrase each.
  package let notes: [String]
  /// Whether the layout or a column says which responses are better.
  package let hasJudgement: Bool
  private let layout: any ScoreLayout
  /// As they were asked for.
  let wanted: ScoreColumns
  /// The position of each response's row in the table; nil where row r holds response r.
  private let rows: [Int]?

  /// - Throws: `TareError.badData` for a column that is missing, a value that is not a finite number,
  ///   the scores of several reward models in one table, and the same response twice.
  package init(_ table: DataTable, columns: ScoreColumns = .init()) throws(TareError) {
    try Self.checkOneRun(table, columns.runs(of: table))
    let layout = try scoreLayout(of: table, columns: columns)
    if let rows = layout as? ResponseRows, let taken = rows.responses(of: table, columns),
      !taken.responses.isEmpty
    {
      (responses, covariates, promptRule) = taken
      self.table = table
      self.layout = layout
      wanted = columns
      notes =
        Self.unused(columns, of: table, layout, covariates)
        + Self.doubts(responses.scores, of: table, columns)
      self.rows = nil
      hasJudgement = responses.labels != nil || responses.roles.contains { $0 != .response }
      return
    }
    let (entries, covariates) = try Self.entries(of: table, columns, layout)
    guard !entries.isEmpty else {
      throw .badData(place: table.name, found: "no scores", accepted: "at least one score")
    }
    self.covariates = covariates
    self.table = table
    self.layout = layout
    wanted = columns
    rows = entries.map(\.row)
    let found = TableLayout(table.columns, columns, layout.names)
    let (prompts, rule, note) = try Self.prompts(of: table, found, layout)
    promptRule = rule
    var notes =
      (note.map { [$0] } ?? []) + Self.unused(columns, of: table, layout, covariates)
    notes += Self.doubts(entries.map(\.score), of: table, columns)
    self.notes = notes
    hasJudgement = entries.contains { $0.role != .response || $0.label != nil }
    let placed = ScoredResponses(
      try Self.responses(entries, of: table, found, prompts: prompts, rule, layout))
    responses = layout is ResponseRows && found.index == nil ? placed.placedByRow : placed
  }

  /// What may be other than the scores' numbers say.
  private static func doubts(
    _ scores: [Double], of table: DataTable, _ columns: ScoreColumns
  ) -> [String] {
    var doubts: [String] = []
    if columns.score == "score", table.has("score"), table.has("reward") {
      doubts.append("the scores are those of 'score', though there is a column 'reward'")
    }
    if scores.contains(where: { abs($0) >= 0x1p53 }) {
      doubts.append(
        "scores of 2^53 or more are read as the nearest double: whole numbers that differ may be equal"
      )
    }
    return doubts
  }

  /// Why columns that would have been taken are not.
  private static func unused(
    _ columns: ScoreColumns, of table: DataTable, _ layout: any ScoreLayout,
    _ taken: [Covariate]
  ) -> [String] {
    guard taken.count < columns.covariates.count + columns.optionalCovariates.count else {
      return []
    }
    return columns.optionalCovariates.compactMap { name in
      guard CovariateColumn.spellings(of: name).contains(where: table.has) else { return nil }
      var one = columns
      one.covariates = [name]
      one.optionalCovariates = []
      do {
        _ = try layout.entries(of: table, columns: one)
        return nil
      } catch {
        let place = "\(table.name), "
        let reason = "\(error)"
        return "'\(name)' is not used: "
          + (reason.hasPrefix(place) ? String(reason.dropFirst(place.count)) : reason)
      }
    }
  }

  private static func entries(
    of table: DataTable, _ columns: ScoreColumns, _ layout: any ScoreLayout
  ) throws(TareError) -> (entries: [ScoreEntry], covariates: [Covariate]) {
    if !columns.optionalCovariates.isEmpty {
      var more = columns
      more.covariates += columns.optionalCovariates
      if let all = try? layout.entries(of: table, columns: more) { return all }
    }
    return try layout.entries(of: table, columns: columns)
  }

  /// Whether rows may hold prompts and responses.
  package var mayHoldTexts: Bool {
    (try? RowLayouts.layout(of: table.row(0, table.named(table.columns)))) != nil
      || PlainRows(table) != nil
  }

  /// The same scores, without the cells of their table.
  package var withoutCells: ScoreTable {
    var scores = self
    scores.table = table.withoutCells
    return scores
  }

  /// The column of the scores, or of the first of a pair's.
  package var scoreColumn: String { layout.scoreColumn }

  /// How many rows hold responses.
  package var rowCount: Int {
    // Rows ascend.
    rows.map { zip($0, $0.dropFirst()).count { $0 != $1 } + 1 } ?? responses.count
  }

  /// The position of a response's row in the table.
  func row(ofResponse response: Int) -> Int { rows?[response] ?? response }

  /// Where a response stands in its file: "line 12", or "row 12" where rows have no lines.
  package func place(ofResponse response: Int) -> String {
    table.place(of: row(ofResponse: response))
  }

  /// Numbers, one a response, as columns of the table: under their name where a row is a response,
  /// under `NAME_chosen` and `NAME_rejected` where it is a pair.
  package func columns(_ name: String, _ values: [Double]) -> [TableColumn] {
    precondition(values.count == responses.count, "a number a response")
    return layout.columns(name, values, of: table)
  }

  /// The table's rows in the layout of their file, with numbers added, one a response.
  package func data(
    adding columns: [(name: String, values: [Double])]
  ) throws(TareError) -> Data {
    try table.data(adding: columns.flatMap { self.columns($0.name, $0.values) })
  }

  /// The table's file, to be written with a number a response added, in pieces; nil where it must be
  /// had whole, or rows are not responses.
  package func copy(for path: String?, format key: String?) throws(TareError) -> TableCopy? {
    rows == nil && layout is ResponseRows ? try table.copy(for: path, format: key) : nil
  }

  private static func checkOneRun(_ table: DataTable, _ columns: [String]) throws(TareError) {
    for column in columns where table.has(column) {
      let values = NameColumn(try table.names(in: column)).names.sorted()
      guard values.count < 2 else {
        throw .badData(
          place: "\(table.name), column '\(column)'", found: "\(values.count) (\(list(values)))",
          accepted: "the scores of one model (choose one, or handle each separately)")
      }
    }
  }
}

// MARK: - Entries to responses

extension ScoreTable {
  private static func prompts(
    of table: DataTable, _ found: TableLayout, _ layout: any ScoreLayout
  ) throws(TareError) -> (ids: [String], PromptRule, note: String?) {
    if found.prompt.isGuess, let ids = layout.promptIDs(of: table) { return (ids, .id(""), nil) }
    let names = try PromptNames(table, found)
    return (names.ids, names.rule, names.note)
  }

  private static func responses(
    _ entries: [ScoreEntry], of table: DataTable, _ found: TableLayout, prompts: [String],
    _ rule: PromptRule, _ layout: any ScoreLayout
  ) throws(TareError) -> [ScoredResponse] {
    let subsets = try names(table, found.subset)
    let sections = try names(table, found.section)
    func key(_ row: Int) -> PromptKey {
      PromptKey(section: sections?[row] ?? "", subset: subsets?[row] ?? "", id: prompts[row])
    }
    var hasPositions = found.hasOwnPositions(rule)
    if !hasPositions {
      struct Place: Hashable {
        let key: PromptKey
        let index: Int
      }
      var taken: Set<Place> = []
      hasPositions = entries.allSatisfy { entry in
        entry.index.map { taken.insert(Place(key: key(entry.row), index: $0)).inserted } ?? true
      }
    }
    var places: [PromptKey: PromptPlaces] = [:]
    var responses: [ScoredResponse] = []
    responses.reserveCapacity(entries.count)
    for entry in entries {
      let prompt = prompts[entry.row]
      // Subsets may number their prompts each from 0.
      let key = key(entry.row)
      if case .id(let column) = rule, layout.hasWholePrompts,
        let before = places[key]?.row, before != entry.row
      {
        let same = scores(entries, of: before) == scores(entries, of: entry.row)
        throw table.error(
          entry.row, column.isEmpty ? "instruction" : column,
          found: "the id '\(prompt)' a second time, with \(same ? "the same" : "different") scores",
          accepted: "a unique id for each row")
      }
      let position = hasPositions ? entry.index : nil
      guard let place = places[key, default: .init()].take(entry, position, isGuess: rule.isGuess)
      else {
        throw table.error(
          entry.row, found.index ?? "index",
          found: "response \(position ?? 0) of '\(prompt)' a second time",
          accepted: "each response once (are these scores of several runs?)")
      }
      var response = ScoredResponse(
        promptID: prompt, index: place.index, role: entry.role, score: entry.score,
        covariates: entry.covariates, subset: subsets?[entry.row], section: sections?[entry.row],
        label: entry.label)
      response.steps = entry.steps
      response.pair = place.pair
      responses.append(response)
    }
    return responses
  }

  private static func scores(_ entries: [ScoreEntry], of row: Int) -> [Double] {
    entries.filter { $0.row == row }.map(\.score)
  }

  private static func names(
    _ table: DataTable, _ column: String?
  ) throws(TareError) -> [String?]? {
    guard let column else { return nil }
    return try table.names(in: column)
  }
}
