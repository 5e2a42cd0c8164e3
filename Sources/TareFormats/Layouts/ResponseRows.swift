/// Score tables with a response a row, `tare score`'s own output among them.
import TareCore

struct ResponseRows: ScoreLayout {
  static let key = "responses"
  static let summary = "one response per row: score, prompt_id or prompt, and role or label"
  static let example = #"{"prompt_id":"7","score":2.5,"label":1,"length":120}"#

  /// `id` comes second: beside a prompt's id it is the response's own, or a pair's.
  let names = TableLayout.Names(
    ids: ["prompt_id", "id", "pair_id"], hasPromptTexts: true, conversations: ["messages"],
    mayNumberRows: true)
  let hasWholePrompts = false
  let score: String
  /// The column of step scores; it stands for the scores where there are none.
  private let steps = "steps"
  let texts = TextColumns(
    responses: ["response", "completion", "output", "answer", "messages"],
    prompts: ["instruction", "question"])

  var scoreColumn: String { score }

  init?(_ table: DataTable, score: String) {
    // Pairs may have a column of that name too.
    let isSteps =
      score == "score" && table.has(steps) && PairRows(table, score: score) == nil
      && !table.has("scores")
    guard table.has(score) || isSteps else { return nil }
    // Beside a pair's two scores, one for the row is no response's, unless a label says so.
    let names = ["role"] + TableLayout.labelNames
    if score == "score", !names.contains(where: table.has),
      ["score_chosen", "score_rejected"].allSatisfy(table.has)
    {
      return nil
    }
    self.score = score
  }

  func entries(
    of table: DataTable, columns: ScoreColumns
  ) throws(TareError) -> (entries: [ScoreEntry], covariates: [Covariate]) {
    let steps = try stepScores(in: table)
    let scores = table.has(score) ? try table.numbers(in: score) : steps.map { $0.min() ?? 0 }
    let layout = TableLayout(table.columns, columns, names)
    let judged = try judgement(of: table, layout, keepsRoles: !steps.isEmpty)
    let indices = indices(in: table, layout)
    let pairs = layout.pair.map(table.cells)
    let covariates = try columns.covariates.map { (name) throws(TareError) in
      try CovariateColumn(name, in: table, texts: texts, scores: score)
    }
    try checkWholeSteps(of: table, steps, judged.labels)
    let entries = try scores.indices.map { (row) throws(TareError) in
      var values = CovariateValues()
      for column in covariates {
        values[column.covariate.name] = try column.values(row, count: 1)[0]
      }
      return ScoreEntry(
        row: row, role: judged.roles[row], index: indices?[row], score: scores[row],
        covariates: values, label: judged.labels[row].isNaN ? nil : judged.labels[row],
        pair: pairs.flatMap { PromptRule.text($0[row]) }, steps: steps.isEmpty ? [] : steps[row])
    }
    return (entries, covariates.map(\.covariate))
  }

  func columns(_ name: String, _ values: [Double], of table: DataTable) -> [TableColumn] {
    [TableColumn(name: name, values: values.map { .double($0) })]
  }

  /// The scores of each row's steps, numbers or `{"score"}` as `tare score` writes them; none where the
  /// table has no such column.
  private func stepScores(in table: DataTable) throws(TareError) -> [[Double]] {
    guard table.has(steps) else { return [] }
    let isNeeded = !table.has(score)
    var rows: [[Double]] = []
    for (row, cell) in try table.listCells(steps).enumerated() {
      let elements = (cell.array ?? []).map { $0["score"] ?? $0 }
      // Beside a score the column may as well hold the steps' texts or their number.
      guard isNeeded || elements.allSatisfy({ $0.double != nil }) else {
        rows.append([])
        continue
      }
      guard !elements.isEmpty || !isNeeded else {
        throw table.error(
          row, steps, found: cell.array == nil ? cell.kindName : "an empty list",
          accepted: "a list of step scores")
      }
      rows.append(
        try elements.map { (element) throws(TareError) in
          try table.number(element, row: row, field: steps)
        })
    }
    return rows
  }

  /// A label by step does not fit steps of which some were cut with the text.
  private func checkWholeSteps(
    of table: DataTable, _ steps: [[Double]], _ labels: [Double]
  ) throws(TareError) {
    guard table.has("truncated"), steps.contains(where: { !$0.isEmpty }) else { return }
    for (row, cell) in table.cells("truncated").enumerated()
    where cell.bool == true && !steps[row].isEmpty && !labels[row].isNaN {
      throw table.error(
        row, "truncated", found: "a step label on a truncated response",
        accepted: "a response that was scored without truncation")
    }
  }

  /// The positions among a prompt's responses, if the column `index` holds such.
  private func indices(in table: DataTable, _ layout: TableLayout) -> [Int]? {
    guard let index = layout.index else { return nil }
    let values = table.cells(index).compactMap { $0.int ?? $0.string.flatMap { Int($0) } }
    return values.count == table.rows.count && values.allSatisfy { $0 >= 0 } ? values : nil
  }
}

// MARK: - Roles and labels

extension ResponseRows {
  func judgement(
    of table: DataTable, _ layout: TableLayout, keepsRoles: Bool = false
  ) throws(TareError) -> Judgement {
    let roles = try roles(in: table, layout)
    let candidates = try layout.labels.map { (name) throws(TareError) in
      try Self.labels(in: table, name, roles, layout)
    }
    return try Judgement(roles: roles, candidates, keepsRoles: keepsRoles) { name, problem in
      table.error(problem.row, name, found: problem.found, accepted: problem.accepted)
    }
  }

  /// The labels of the rows whose role says nothing.
  static func labels(
    in table: DataTable, _ name: String, _ roles: [Role], _ layout: TableLayout
  ) throws(TareError) -> Judgement.Candidate {
    var column = LabelColumn(
      isNamed: layout.isLabelNamed, allowsMissing: layout.allowsMissingLabels)
    let labels = try table.values(in: name).enumerated().map { row, cell in
      guard roles[row] == .response else { return Double.nan }
      return column.take(
        Label(table.label(cell, field: name)), text: cell.string ?? cell.labelText, row: row)
    }
    return Judgement.Candidate(name: name, column: column, labels: labels)
  }

  /// The rows without the label that they should have, and what is wrong with the first.
  func badLabels(
    in table: DataTable, _ layout: TableLayout
  ) -> [(row: Int, error: TareError)] {
    // A row whose role is none is bad for that.
    let roles =
      layout.role.map(table.cells)?
      .map { $0.string.flatMap(Role.init(rawValue:)) ?? .chosen }
      ?? table.rows.map { _ in .response }
    for name in layout.labels where table.has(name) {
      guard let labels = try? Self.labels(in: table, name, roles, layout),
        !labels.column.isEmpty || labels.column.problem != nil
      else { continue }
      guard let problem = labels.column.problem else { return [] }
      let error = table.error(
        problem.row, name, found: problem.found, accepted: problem.accepted)
      return table.rows.indices
        .filter { roles[$0] == .response && labels.labels[$0].isNaN }.map { ($0, error) }
    }
    return []
  }

  private func roles(in table: DataTable, _ layout: TableLayout) throws(TareError) -> [Role] {
    guard let column = layout.role else { return table.rows.map { _ in .response } }
    var roles: [Role] = []
    let cells = table.cells(column)
    if cells.allSatisfy({ ($0.string ?? $0.labelText).isEmpty }) {
      return table.rows.map { _ in .response }
    }
    for (row, value) in cells.enumerated() {
      guard let role = value.string.flatMap(Role.init(rawValue:)) else {
        throw table.error(
          row, column, found: value.text(),
          accepted: Role.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
      }
      roles.append(role)
    }
    return roles
  }
}

extension JSONValue {
  /// What a message calls a cell; nothing for null.
  var labelText: String { self == .null ? "" : text() }
}
