/// Scores of a table, as calibration, evaluation and ranking take them, and their way back into it.
package import Foundation
package import TareCore

/// Which columns of a table hold what. Those that are nil are found by their usual names; those that
/// are named must be there.
package struct ScoreColumns: Sendable {
  package var score = "score"
  /// The prompt's id; else `prompt_id`, `id` or `pair_id`; else each row is a prompt of its own.
  package var group: String?
  /// Where a row is a response: how good it is; 1 makes it the chosen and 0 the rejected one, any
  /// other number says nothing of the role. Else `role`, or `label` or `gold` if all are numbers.
  package var label: String?
  /// The subset; else the layout's own column; "none" for no subsets and sections.
  package var subset: String?
  /// Names of columns, or of text covariates where there is no such column but the text.
  package var covariates: [String] = []
  /// More of these, which are left out where they cannot be had.
  package var optionalCovariates: [String] = []
  /// Columns that tell reward models or runs apart, besides those of a layout; a table may hold only
  /// one value of each.
  package var runs = ["rm", "reward_model", "run"]

  package init() {}

  /// The columns that tell models apart in this table.
  package func runs(of table: DataTable) -> [String] {
    runs + AlpacaEvalLayout.modelColumns(of: table)
  }
}

package struct ScoreTable: Sendable {
  package let table: DataTable
  /// In the table's order; where a row holds several, chosen before rejected or A before B.
  package let responses: [ScoredResponse]
  /// Those that were asked for, in that order: a column each, or counted on the texts.
  package let covariates: [Covariate]
  private let layout: any ScoreLayout
  /// The position of each response's row in the table.
  let rowOfResponse: [Int]

  /// - Throws: `TareError.badData` for a column that is missing, a value that is not a finite number,
  ///   the scores of several reward models in one table, and the same response twice.
  package init(_ table: DataTable, columns: ScoreColumns = .init()) throws(TareError) {
    try Self.checkOneRun(table, columns.runs(of: table))
    let layout = try scoreLayout(of: table, columns: columns)
    let (entries, covariates) = try Self.entries(of: table, columns, layout)
    guard !entries.isEmpty else {
      throw .badData(place: table.name, found: "no scores", accepted: "one or more")
    }
    self.covariates = covariates
    self.table = table
    self.layout = layout
    rowOfResponse = entries.map(\.row)
    responses = try Self.responses(entries, of: table, columns, layout: layout)
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

  /// Where a response stands in its file: "line 12", or "row 12" where rows have no lines.
  package func place(ofResponse response: Int) -> String {
    table.place(of: rowOfResponse[response])
  }

  /// Numbers, one a response, as columns of the table: under their name where a row is a response,
  /// under `NAME_chosen` and `NAME_rejected` where it is a pair.
  package func columns(_ name: String, _ values: [Double]) -> [TableColumn] {
    precondition(values.count == responses.count, "a number a response")
    return layout.columns(name, values, of: table)
  }

  /// The table's rows in the layout of their file, with numbers added, one a response.
  package func data(adding columns: [(name: String, values: [Double])]) -> Data {
    table.data(adding: columns.flatMap { self.columns($0.name, $0.values) })
  }

  private static func checkOneRun(_ table: DataTable, _ columns: [String]) throws(TareError) {
    for column in columns where table.has(column) {
      let values = Set(try table.names(in: column).compactMap { $0 }).sorted()
      guard values.count < 2 else {
        throw .badData(
          place: "\(table.name), column '\(column)'", found: "\(values.count) (\(list(values)))",
          accepted: "the scores of one: choose it, or take each by itself")
      }
    }
  }
}

// MARK: - Entries to responses

extension ScoreTable {
  private static func responses(
    _ entries: [ScoreEntry], of table: DataTable, _ columns: ScoreColumns, layout: any ScoreLayout
  ) throws(TareError) -> [ScoredResponse] {
    let group = columns.group
    let idColumn = layout.idColumns.first(where: table.has)
    let column = group ?? idColumn
    var prompts = column == nil ? layout.promptIDs(of: table) ?? [] : []
    if prompts.isEmpty { prompts = try promptIDs(table, column) }
    let hasSubsets = columns.subset != "none"
    var subsets: [String?]?
    if let column = columns.subset, hasSubsets {
      subsets = try table.names(in: column)
    } else if hasSubsets {
      subsets = try optionalNames(table, layout.subsetColumn)
    }
    let section = layout.sectionColumns.first(where: table.has) ?? "section"
    let sections = hasSubsets ? try optionalNames(table, section) : nil
    // Positions are those among the responses of `id`, which need not be the group.
    let hasPositions = !table.has("id") || group ?? idColumn == "id"
    var seen: [[String]: (index: Int, row: Int)] = [:]
    var taken: Set<Place> = []
    var responses: [ScoredResponse] = []
    responses.reserveCapacity(entries.count)
    for entry in entries {
      let prompt = prompts[entry.row]
      // Subsets may number their prompts each from 0.
      let key = [sections?[entry.row] ?? "", subsets?[entry.row] ?? "", prompt]
      let before = seen[key]
      if let idColumn, group == nil, layout.hasWholePrompts, let before, before.row != entry.row {
        let same = scores(entries, of: before.row) == scores(entries, of: entry.row)
        throw table.error(
          entry.row, idColumn,
          found: "the id '\(prompt)' a second time, with \(same ? "the same" : "other") scores",
          accepted: "an id of its own for each row")
      }
      let position = hasPositions ? entry.index : nil
      let index = position ?? before.map { $0.index + 1 } ?? 0
      if position != nil, !taken.insert(Place(prompt: key, index: index)).inserted {
        throw table.error(
          entry.row, "index", found: "response \(index) of '\(prompt)' a second time",
          accepted: "each response once (are these the scores of several runs?)")
      }
      seen[key] = (index, entry.row)
      var response = ScoredResponse(
        promptID: prompt, index: index, role: entry.role, score: entry.score,
        covariates: entry.covariates, subset: subsets?[entry.row], section: sections?[entry.row],
        label: entry.label)
      response.steps = entry.steps
      responses.append(response)
    }
    return responses
  }

  private static func scores(_ entries: [ScoreEntry], of row: Int) -> [Double] {
    entries.filter { $0.row == row }.map(\.score)
  }

  private struct Place: Hashable {
    let prompt: [String]
    let index: Int
  }

  static func promptIDs(
    _ table: DataTable, _ column: String?
  ) throws(TareError) -> [String] {
    guard let column else { return table.rows.map { "row-\($0 + 1)" } }
    var ids: [String] = []
    ids.reserveCapacity(table.rows.count)
    for (row, name) in try table.names(in: column).enumerated() {
      guard let name else {
        throw table.error(row, column, found: "no value", accepted: "the prompt's id")
      }
      ids.append(name)
    }
    return ids
  }

  private static func optionalNames(
    _ table: DataTable, _ column: String
  ) throws(TareError) -> [String?]? {
    table.has(column) ? try table.names(in: column) : nil
  }
}
