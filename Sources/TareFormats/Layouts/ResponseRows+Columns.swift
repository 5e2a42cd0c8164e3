/// Score tables with a response a row, taken by columns where the file's format keeps such.
import TareCore

extension ResponseRows {
  /// The responses, the covariates that were asked for, and by what prompts are known, the same as by
  /// `entries`; nil where a row must be looked at by itself, be it for what is wrong with it.
  func responses(
    of table: DataTable, _ columns: ScoreColumns
  ) -> (responses: ScoredResponses, covariates: [Covariate], rule: PromptRule)? {
    let found = TableLayout(table.columns, columns, names)
    guard !table.has("steps"), found.pair == nil, let scores = try? table.numbers(in: score),
      let covariates = covariates(in: table, columns), let judged = judgement(of: table, found),
      let prompts = prompts(of: table, found)
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
      covariateNames: covariates.map(\.name), covariates: covariates.map(\.values),
      prompts: prompts.prompts, subsets: others[0], sections: others[1])
    guard let positions = positions(of: made, in: table, found, prompts.rule) else { return nil }
    let placed = made.placed(positions)
    return (
      found.index == nil ? placed.placedByRow : placed, covariates.map(\.covariate), prompts.rule
    )
  }

  private typealias Values = (name: String, covariate: Covariate, values: [Double])

  /// With those that are left out where they cannot be had; nil where one is missing.
  private func covariates(in table: DataTable, _ columns: ScoreColumns) -> [Values]? {
    let all = columns.covariates + columns.optionalCovariates
    guard Set(all).count == all.count else { return nil }
    if !columns.optionalCovariates.isEmpty, let found = try? covariates(all, in: table) {
      return found
    }
    return try? covariates(columns.covariates, in: table)
  }

  /// Columns of numbers, or counted on the texts.
  private func covariates(
    _ names: [String], in table: DataTable
  ) throws(TareError) -> [Values] {
    let known = ColumnNames(table.columns)
    return try names.map { (name) throws(TareError) in
      if let numbers = table.numberColumn(name) {
        return (name, Covariate.inColumn(name, of: known), numbers)
      }
      let column = try CovariateColumn(name, in: table, texts: texts, scores: score)
      let values = try table.rows.indices.map { (row) throws(TareError) in
        try column.values(row, count: 1)[0]
      }
      return (column.covariate.name, column.covariate, values)
    }
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
    var column = LabelColumn(
      isNamed: found.isLabelNamed, allowsMissing: found.allowsMissingLabels)
    let labels: [Double]
    if let numbers = table.numberColumn(name) {
      labels = numbers.indices.map { row in
        guard roles[row] == .response else { return .nan }
        return column.take(Label(number: numbers[row]), text: "", row: row)
      }
    } else {
      guard let names = table.nameColumn(name) else {
        return try? Self.labels(in: table, name, roles, found)
      }
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

  private func prompts(
    of table: DataTable, _ found: TableLayout
  ) -> (prompts: NameColumn, rule: PromptRule)? {
    if found.prompt == .rows {
      let names = NameColumn(
        names: table.rows.map(PromptRule.name), codes: table.rows.indices.map { Int32($0) })
      return (names, .rows)
    }
    return (try? PromptNames(table, found)).map { ($0.prompts, $0.rule) }
  }

  /// The place of each response among its prompt's; nil where one is taken twice.
  private func positions(
    of responses: ScoredResponses, in table: DataTable, _ found: TableLayout, _ rule: PromptRule
  ) -> [Int]? {
    let groups = responses.groups
    func inOrder() -> [Int] {
      var next = [Int](repeating: 0, count: groups.count)
      return groups.groupOfRow.map { group in
        next[Int(group)] += 1
        return next[Int(group)] - 1
      }
    }
    guard let index = found.index, let positions = indices(table, index) else { return inOrder() }
    return groups.areDistinct(positions)
      ? positions : found.hasOwnPositions(rule) ? nil : inOrder()
  }

  /// Whole numbers from 0; nil where the column holds something else.
  private func indices(_ table: DataTable, _ column: String) -> [Int]? {
    guard let names = table.nameColumn(column), names.isComplete else { return nil }
    let known = names.names.compactMap { Int($0) }
    guard known.count == names.names.count, known.allSatisfy({ $0 >= 0 }) else { return nil }
    return names.codes.map { known[Int($0)] }
  }
}
