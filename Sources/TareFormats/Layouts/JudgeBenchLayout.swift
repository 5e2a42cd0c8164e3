/// JudgeBench's score files (ScalerLab/JudgeBench `outputs/`): a pair a row, its two scores within
/// the first of `judgments`; the second is the same pair swapped. Where a response's score differs
/// there, it is the covariate `score_second_game`; where there was no second game, or it failed (null),
/// `single_game` is 1.
///
/// A generative judge leaves no scores but decisions, A>B, B>A or A=B: a response's score is then the mean
/// of its games, 1 won, -1 lost and 0 for neither, and the covariate `first_game` is what it was in the
/// first alone.
import TareCore

struct JudgeBenchLayout: ScoreLayout {
  static let key = "judgebench"
  static let summary = "JudgeBench's outputs: judgments with scores, or a judge's decisions"
  static let example = #"""
    {"pair_id":"7","source":"mmlu-pro-math","response_A":"4","response_B":"5","label":"A>B","judgments":[{"judgment":{"scores":[2.5,-1.0]},"decision":"A>B"}]}
    """#

  /// "score" for the judgements themselves; else a column of [A, B] that was added to them.
  private let score: String

  let names = TableLayout.Names(subset: "source", hasPairRows: true)

  func labelColumns(of table: DataTable) -> [String] { ["label"] }
  var scoreColumn: String { score == "score" ? "judgments" : score }

  init?(_ table: DataTable, score: String) {
    guard table.has("judgments"), table.has("label"), score == "score" || table.has(score) else {
      return nil
    }
    self.score = score
  }

  func entries(
    of table: DataTable, columns: ScoreColumns
  ) throws(TareError) -> (entries: [ScoreEntry], covariates: [Covariate]) {
    let cells = table.cells(score == "score" ? "judgments" : score)
    let areDecisions = score == "score" && Self.areDecisions(cells)
    let labels = table.cells("label")
    let sides = try Self.sides.map { (side) throws(TareError) in
      try columns.covariates.map { (name) throws(TareError) in
        try Self.covariate(name, of: side, in: table)
      }
    }
    var entries: [ScoreEntry] = []
    for row in table.rows.indices {
      if areDecisions {
        let games = try decisions(cells[row], of: table, row: row)
        let roles = try Self.roles(labels[row], of: table, row: row)
        for side in 0..<2 {
          let sign = side == 0 ? 1.0 : -1
          var values = CovariateValues()
          values["first_game"] = sign * games[0]
          for column in sides[side] {
            values[column.covariate.name] = try column.values(row, count: 1)[0]
          }
          entries.append(
            ScoreEntry(
              row: row, role: roles[side], score: sign * games.reduce(0, +) / Double(games.count),
              covariates: values))
        }
        continue
      }
      let scores = try scores(cells[row], of: table, row: row)
      let again = score == "score" ? try secondGame(cells[row], of: table, row: row) : nil
      let roles = try Self.roles(labels[row], of: table, row: row)
      for side in 0..<2 {
        var values = CovariateValues()
        if let again, again[side] != scores[side] { values["score_second_game"] = again[side] }
        if score == "score", again == nil { values["single_game"] = 1 }
        for column in sides[side] {
          values[column.covariate.name] = try column.values(row, count: 1)[0]
        }
        entries.append(
          ScoreEntry(row: row, role: roles[side], score: scores[side], covariates: values))
      }
    }
    return (entries, sides[0].map(\.covariate))
  }

  func columns(_ name: String, _ values: [Double], of table: DataTable) -> [TableColumn] {
    let pairs = table.rows.indices.map { row in
      JSONValue.array([.double(values[2 * row]), .double(values[2 * row + 1])])
    }
    return [TableColumn(name: name, values: pairs)]
  }

  /// Whether no game of any row has scores, and some has a decision.
  private static func areDecisions(_ cells: [JSONValue]) -> Bool {
    let games = cells.lazy.flatMap { $0.array ?? [] }
    return games.contains { $0["decision"] != nil }
      && !games.contains { $0["judgment"]?["scores"]?.array != nil }
  }

  /// Each game as A sees it: 1 won, -1 lost, 0 for neither, and for a game that failed; in the second B
  /// comes first.
  private func decisions(
    _ cell: JSONValue, of table: DataTable, row: Int
  ) throws(TareError) -> [Double] {
    guard let games = cell.array, (1...2).contains(games.count) else {
      throw table.error(
        row, "judgments", found: cell.array.map { "\($0.count) games" } ?? cell.kindName,
        accepted: "one game or two")
    }
    var decisions: [Double] = []
    for (game, value) in games.enumerated() {
      let decision = value["decision"] ?? .null
      let sign = game == 0 ? 1.0 : -1
      switch decision {
      case "A>B", "A>>B": decisions.append(sign)
      case "B>A", "B>>A": decisions.append(-sign)
      case "A=B", "B=A", .null: decisions.append(0)
      default:
        throw table.error(
          row, "judgments[\(game)].decision", found: decision.text(),
          accepted: "\"A>B\", \"B>A\", \"A=B\" or null")
      }
    }
    return decisions
  }

  /// The scores of A and B.
  private func scores(
    _ cell: JSONValue, of table: DataTable, row: Int
  ) throws(TareError) -> [Double] {
    let isJudgement = score == "score"
    let pair = isJudgement ? cell.array?.first?["judgment"]?["scores"]?.array : cell.array
    let field = isJudgement ? "judgments[0].judgment.scores" : score
    guard let pair, pair.count == 2 else {
      throw table.error(
        row, field, found: pair.map { "\($0.count) values" } ?? "no list",
        accepted: "the scores of A and B")
    }
    return try pair.map { (value) throws(TareError) in
      try table.number(value, row: row, field: field)
    }
  }

  /// The scores of A and B in the second game, where B comes first; nil if there was one game.
  private func secondGame(
    _ cell: JSONValue, of table: DataTable, row: Int
  ) throws(TareError) -> [Double]? {
    guard let games = cell.array, games.count > 1, games[1] != .null else { return nil }
    let field = "judgments[1].judgment.scores"
    guard let pair = games[1]["judgment"]?["scores"]?.array, pair.count == 2 else {
      throw table.error(
        row, field, found: games[1].text(), accepted: "the scores of B and A, or no second game")
    }
    return try pair.reversed().map { (value) throws(TareError) in
      try table.number(value, row: row, field: field)
    }
  }

  private static func roles(
    _ label: JSONValue, of table: DataTable, row: Int
  ) throws(TareError) -> [Role] {
    guard let isABetter = label.isABetter else {
      throw table.error(row, "label", found: label.text(), accepted: "\"A>B\" or \"B>A\"")
    }
    return isABetter ? [.chosen, .rejected] : [.rejected, .chosen]
  }

  private static let sides = ["A", "B"]

  /// A covariate of A or of B, from `NAME_A` and `NAME_B` or the texts.
  private static func covariate(
    _ name: String, of side: String, in table: DataTable
  ) throws(TareError) -> CovariateColumn {
    try CovariateColumn(
      name, in: table, side: CovariateColumn.Side(name: side, all: sides),
      texts: TextColumns(responses: ["response_\(side)"], prompts: ["question"]),
      scores: "judgments")
  }
}

extension JSONValue {
  /// What JudgeBench's label says; nil if it is none.
  var isABetter: Bool? {
    switch Verdict(self) {
    case .first where double == nil: true
    case .second where double == nil: false
    default: nil
    }
  }
}
