/// JudgeBench's score files (ScalerLab/JudgeBench `outputs/`): a pair a row, its two scores within
/// the first of `judgments`; the second is the same pair swapped. Where a response's score differs
/// there, it is the covariate `score_second_game`; where there was no second game, or it failed (null),
/// `single_game` is 1.
import TareCore

struct JudgeBenchLayout: ScoreLayout {
  /// "score" for the judgements themselves; else a column of [A, B] that was added to them.
  private let score: String

  let names = TableLayout.Names(subset: "source")

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
    let labels = table.cells("label")
    let sides = try Self.sides.map { (side) throws(TareError) in
      try columns.covariates.map { (name) throws(TareError) in
        try Self.covariate(name, of: side, in: table)
      }
    }
    var entries: [ScoreEntry] = []
    for row in table.rows.indices {
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
    switch self {
    case "A>B": true
    case "B>A": false
    default: nil
    }
  }
}
