/// Score tables with a response a row, taken by columns where the file's format keeps such.
import TareCore

extension ResponseRows {
  /// The responses and the covariates that were asked for, the same as by `entries`; nil where a row must
  /// be looked at by itself, be it for what is wrong with it.
  func responses(
    of table: DataTable, _ columns: ScoreColumns
  ) -> (responses: ScoredResponses, covariates: [Covariate])? {
    let found = TableLayout(table.columns, columns, names)
    guard !table.has("steps"), found.pair == nil, found.promptTexts == nil,
      let scores = table.numberColumn(score),
      let names = covariateNames(in: table, columns)
    else { return nil }
    let covariates = names.compactMap(table.numberColumn)
    guard covariates.count == names.count, let judged = judgement(of: table, found),
      let prompts = prompts(of: table, found.prompt)
    else { return nil }
    var others: [NameColumn?] = []
    for column in [found.subset, found.section] {
      guard let column else {
        others.append(nil)
        continue
      }
      guard let names = table.nameColumn(column) else { return nil }
      others.append(names.names.isEmpty ? nil : names)
    }
    let hasLabels = judged.labels.contains { !$0.isNaN }
    let made = ScoredResponses(
      scores: scores, positions: [Int](repeating: 0, count: scores.count), roles: judged.roles,
      labels: hasLabels
        ? judged.labels.map { $0.isNaN ? ScoredResponses.missing : $0 } : nil,
      covariateNames: names, covariates: covariates, prompts: prompts, subsets: others[0],
      sections: others[1])
    guard let positions = positions(of: made, in: table, found) else { return nil }
    let known = ColumnNames(table.columns)
    return (made.placed(positions), names.map { Covariate.inColumn($0, of: known) })
  }

  /// Those that stand in columns; nil where one is counted on texts, or is not there.
  private func covariateNames(in table: DataTable, _ columns: ScoreColumns) -> [String]? {
    guard columns.covariates.allSatisfy(table.has) else { return nil }
    let all = columns.covariates + columns.optionalCovariates
    guard Set(all).count == all.count else { return nil }
    if all.allSatisfy(table.has) { return all }
    return hasTexts(table) ? nil : columns.covariates
  }

  private func judgement(of table: DataTable, _ found: TableLayout) -> Judgement? {
    var roles = [Role](repeating: .response, count: table.rows.count)
    if let column = found.role {
      guard let names = table.nameColumn(column), names.isComplete else { return nil }
      let known = names.names.compactMap(Role.init(rawValue:))
      guard known.count == names.names.count else { return nil }
      roles = names.codes.map { known[Int($0)] }
    }
    var candidates: [Judgement.Candidate] = []
    for name in found.labels {
      guard let candidate = candidate(name, roles, in: table, found) else { return nil }
      candidates.append(candidate)
    }
    return try? Judgement(roles: roles, candidates) { name, problem in
      table.error(problem.row, name, found: problem.found, accepted: problem.accepted)
    }
  }

  private func candidate(
    _ name: String, _ roles: [Role], in table: DataTable, _ found: TableLayout
  ) -> Judgement.Candidate? {
    var column = LabelColumn(isNamed: found.isLabelNamed)
    let labels: [Double]
    if let numbers = table.numberColumn(name) {
      labels = numbers.indices.map { row in
        guard roles[row] == .response else { return .nan }
        return column.take(Label(number: numbers[row]), text: "", row: row)
      }
    } else {
      guard let names = table.nameColumn(name) else { return nil }
      let known = names.names.map { Label($0) }
      labels = names.codes.indices.map { row in
        guard roles[row] == .response else { return .nan }
        let code = Int(names.codes[row])
        return column.take(
          code < 0 ? nil : known[code], text: code < 0 ? "" : names.names[code], row: row)
      }
    }
    return Judgement.Candidate(name: name, column: column, labels: labels)
  }

  private func prompts(of table: DataTable, _ rule: PromptRule) -> NameColumn? {
    switch rule {
    case .id(let column), .named(let column):
      guard let names = table.nameColumn(column), names.isComplete else { return nil }
      return names
    case .rows:
      return NameColumn(
        names: table.rows.map(PromptRule.name), codes: table.rows.indices.map { Int32($0) })
    case .texts, .conversations: return nil
    }
  }

  /// The place of each response among its prompt's; nil where one is taken twice.
  private func positions(
    of responses: ScoredResponses, in table: DataTable, _ found: TableLayout
  ) -> [Int]? {
    let groups = responses.groups
    func inOrder() -> [Int] {
      var next = [Int](repeating: 0, count: groups.count)
      return groups.groupOfRow.map { group in
        next[group] += 1
        return next[group] - 1
      }
    }
    guard let index = found.index, let positions = indices(table, index) else { return inOrder() }
    return groups.areDistinct(positions)
      ? positions : found.hasOwnPositions(found.prompt) ? nil : inOrder()
  }

  /// Whole numbers from 0; nil where the column holds something else.
  private func indices(_ table: DataTable, _ column: String) -> [Int]? {
    guard let names = table.nameColumn(column), names.isComplete else { return nil }
    let known = names.names.compactMap { Int($0) }
    guard known.count == names.names.count, known.allSatisfy({ $0 >= 0 }) else { return nil }
    return names.codes.map { known[Int($0)] }
  }
}
