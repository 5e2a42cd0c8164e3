/// Score tables with a response a row, `tare score`'s own output among them.
import TareCore

struct ResponseRows: ScoreLayout {
  /// `id` comes second: beside a prompt's id it is the response's own, or a pair's.
  let idColumns = ["prompt_id", "id", "pair_id"]
  let hasWholePrompts = false
  private let score: String
  /// The column of step scores; it stands for the scores where there are none.
  private let steps = "steps"
  private let texts = TextColumns(
    responses: ["response", "output", "messages"], prompts: ["instruction"])

  static func accepted(_ score: String) -> String { "'\(score)'" }

  init?(_ table: DataTable, score: String) {
    // Pairs may have a column of that name too.
    let isSteps =
      score == "score" && table.has(steps) && PairRows(table, score: score) == nil
      && !table.has("scores")
    guard table.has(score) || isSteps else { return nil }
    self.score = score
  }

  func entries(
    of table: DataTable, columns: ScoreColumns
  ) throws(TareError) -> (entries: [ScoreEntry], covariates: [Covariate]) {
    let steps = try stepScores(in: table)
    let scores = table.has(score) ? try table.numbers(in: score) : steps.map { $0.min() ?? 0 }
    let judged = try judgement(of: table, label: columns.label)
    let indices = indices(in: table)
    let covariates = try columns.covariates.map { (name) throws(TareError) in
      try CovariateColumn(name, in: table, texts: texts, scores: score)
    }
    let entries = try scores.indices.map { (row) throws(TareError) in
      var values = CovariateValues()
      for column in covariates {
        values[column.covariate.name] = try column.values(row, count: 1)[0]
      }
      return ScoreEntry(
        row: row, role: judged.roles[row], index: indices?[row], score: scores[row],
        covariates: values, label: judged.labels?[row], steps: steps.isEmpty ? [] : steps[row])
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
    for (row, cell) in table.cells(steps).enumerated() {
      let elements = (cell.array ?? []).map { $0["score"] ?? $0 }
      // Beside a score the column may as well hold the steps' texts or their number.
      guard isNeeded || elements.allSatisfy({ $0.double != nil }) else {
        rows.append([])
        continue
      }
      guard !elements.isEmpty || !isNeeded else {
        throw table.error(
          row, steps, found: cell.array == nil ? cell.kindName : "an empty list",
          accepted: "a list of the steps' scores")
      }
      rows.append(
        try elements.map { (element) throws(TareError) in
          try table.number(element, row: row, field: steps)
        })
    }
    return rows
  }

  /// The positions among a prompt's responses, if the column `index` holds such.
  private func indices(in table: DataTable) -> [Int]? {
    guard table.has("index") else { return nil }
    let values = table.cells("index").compactMap { $0.int ?? $0.string.flatMap { Int($0) } }
    return values.count == table.rows.count && values.allSatisfy { $0 >= 0 } ? values : nil
  }
}

// MARK: - Roles

extension ResponseRows {
  /// From the label that was asked for, from `role`, or from `label` or `gold` where they hold
  /// numbers only; those give roles where all are 0 or 1.
  private func judgement(
    of table: DataTable, label: String?
  ) throws(TareError) -> (roles: [Role], labels: [Double]?) {
    if let label {
      let labels = try labels(in: table, label)
      return (labels.map(role), labels)
    }
    if table.has("role") {
      let roles = try namedRoles(in: table)
      // Beside roles that tell a better from a worse one, another column named so may mean anything.
      guard roles.allSatisfy({ $0 == .response }) else { return (roles, nil) }
      let column = ["label", "gold"].first(where: table.has)
      return (roles, column.flatMap { try? labels(in: table, $0) })
    }
    for column in ["label", "gold"] where table.has(column) {
      guard let labels = try? labels(in: table, column) else { continue }
      let roles = labels.map(role)
      // Grades are no roles, though one of them may be 0 or 1.
      return (roles.contains(.response) ? roles.map { _ in .response } : roles, labels)
    }
    return (table.rows.map { _ in .response }, nil)
  }

  private func role(_ label: Double) -> Role {
    switch label {
    case 1: .chosen
    case 0: .rejected
    default: .response
    }
  }

  /// Numbers; true and false count as 1 and 0.
  private func labels(in table: DataTable, _ column: String) throws(TareError) -> [Double] {
    var labels: [Double] = []
    for (row, value) in try table.values(in: column).enumerated() {
      switch value {
      case .bool(let isTrue): labels.append(isTrue ? 1 : 0)
      case .string("true"), .string("True"), .string("TRUE"): labels.append(1)
      case .string("false"), .string("False"), .string("FALSE"): labels.append(0)
      default: labels.append(try table.number(value, row: row, field: column))
      }
    }
    return labels
  }

  private func namedRoles(in table: DataTable) throws(TareError) -> [Role] {
    var roles: [Role] = []
    for (row, value) in try table.values(in: "role").enumerated() {
      guard let role = value.string.flatMap(Role.init(rawValue:)) else {
        throw table.error(
          row, "role", found: value.text(),
          accepted: Role.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
      }
      roles.append(role)
    }
    return roles
  }
}
