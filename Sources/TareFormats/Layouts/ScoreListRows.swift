/// Scores of all responses to a prompt in one list: with `labels` beside them, or RewardMATH's, whose
/// first response is the right one (kimsh0507/RewardMATH_official, results/).
import TareCore

struct ScoreListRows: ScoreLayout {
  static let key = "lists"
  static let summary =
    "one prompt per row: a list of scores, with labels; RewardMATH's, the first one right"
  static let example = #"""
    {"prompt":"2+2?","responses":["4","5"],"scores":[2.5,-1.0],"labels":[1,0]}
    """#

  private let column: String
  /// Whether the first response is the right one.
  private let isFirstRight: Bool

  let names = TableLayout.Names(hasPromptTexts: true)
  let hasWholePrompts = false
  var scoreColumn: String { column }
  func labelColumns(of table: DataTable) -> [String] {
    isFirstRight ? ["solution_reference"] : ["labels", "label"].filter(table.has)
  }

  init?(_ table: DataTable, score: String) {
    let wanted = score == "score" ? ["scores", "score", "rewards"] : [score]
    guard let column = wanted.first(where: { Self.holdsList(table, $0) }),
      // The steps of one response, and RewardBench's `[x]`, are no lists of responses.
      !table.has("scores_chosen"), !table.has("role")
    else { return nil }
    self.column = column
    isFirstRight = table.has("solution_reference") && !table.has("labels") && !table.has("label")
  }

  private static func holdsList(_ table: DataTable, _ column: String) -> Bool {
    guard table.has(column), !table.rows.isEmpty else { return false }
    let cell = table.selecting([0]).cells(column)[0].parsedIfText
    return (cell.array?.count ?? 0) > 0
      && cell.array?.allSatisfy { $0.double != nil || $0.elements.count == 1 } == true
  }

  func entries(
    of table: DataTable, columns: ScoreColumns
  ) throws(TareError) -> (entries: [ScoreEntry], covariates: [Covariate]) {
    let lists = try ScoreLists(
      table, scores: column, covariates: columns.covariates,
      texts: TextColumns(
        responses: ["responses", "completions", "generations", "text"],
        prompts: ["instruction", "question", "problem"]))
    let label = labelColumn(in: table, columns)
    let labels = label.map(table.cells)
    var read = LabelColumn(
      isNamed: columns.label != nil, allowsMissing: columns.allowsMissingLabels)
    var entries: [ScoreEntry] = []
    for row in table.rows.indices {
      var own = try lists.entries(row) { _ in .response }
      // RewardMATH asks for the right one above all others, as best-of-n does, and for no pairs.
      if isFirstRight, columns.label == nil {
        for index in own.indices { own[index].label = index == 0 ? 1 : 0 }
      }
      if let cells = labels?[row].parsedIfText, let label {
        guard cells.elements.count == own.count else {
          throw table.error(
            row, label, found: cells.array.map { "\($0.count) values" } ?? cells.kindName,
            accepted: "\(own.count), as many as '\(column)' has")
        }
        for (index, cell) in cells.elements.enumerated() {
          let value = read.take(Label(cell), text: cell.string ?? cell.labelText, row: row)
          own[index].label = value.isNaN ? nil : value
        }
      }
      entries += own
    }
    return (try judged(entries, read, label, in: table), lists.covariates.map(\.covariate))
  }

  private func labelColumn(in table: DataTable, _ columns: ScoreColumns) -> String? {
    switch columns.label {
    case "none": nil
    case .some(let label): label
    case nil: ["labels", "label"].first(where: table.has)
    }
  }

  /// Labels that are all 1 or 0 make chosen and rejected responses, by the rule of all readers.
  private func judged(
    _ entries: [ScoreEntry], _ labels: LabelColumn, _ column: String?, in table: DataTable
  ) throws(TareError) -> [ScoreEntry] {
    guard let column else { return entries }
    let judged = try Judgement(
      roles: entries.map(\.role),
      [.init(name: column, column: labels, labels: entries.map { $0.label ?? .nan })]
    ) { name, problem in
      table.error(problem.row, name, found: problem.found, accepted: problem.accepted)
    }
    return zip(entries, judged.roles).map { entry, role in entry.with(role) }
  }

  func columns(_ name: String, _ values: [Double], of table: DataTable) -> [TableColumn] {
    var rest = values[...]
    return [
      TableColumn(
        name: name, values: table.cells(column).map { $0.parsedIfText.taking(&rest) })
    ]
  }
}

extension ScoreEntry {
  fileprivate func with(_ role: Role) -> ScoreEntry {
    ScoreEntry(
      row: row, role: role, index: index, score: score, covariates: covariates, label: label,
      pair: pair, steps: steps)
  }
}
