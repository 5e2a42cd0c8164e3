/// A vote a row with a score of each side: `score_a`, `score_b` and `winner`, or as PKU-SafeRLHF, LLMBar
/// and HelpSteer number them. A tie is kept as two responses of one grade.
import TareCore

struct VoteRows: ScoreLayout {
  static let key = "votes"
  static let summary =
    "one vote per row: score_a, score_b, winner; score_0, score_1; score_1, score_2"
  static let example = #"{"id":"7","score_a":2.5,"score_b":-1.0,"winner":"model_a"}"#

  private struct Form {
    let sides: [String]
    /// What the first and the second are called by number.
    let numbers: (first: Int, second: Int)?
    let verdicts: [String]
  }

  private static let forms = [
    Form(sides: ["a", "b"], numbers: nil, verdicts: ["winner", "label", "preference"]),
    Form(sides: ["A", "B"], numbers: nil, verdicts: ["label", "winner", "preference"]),
    Form(
      sides: ["0", "1"], numbers: (0, 1),
      verdicts: ["better_response_id", "label", "winner", "choice"]),
    Form(sides: ["1", "2"], numbers: (1, 2), verdicts: ["label", "preference", "winner"]),
  ]

  private let form: Form
  private let score: String
  private let verdict: String

  let names = TableLayout.Names(
    ids: ["prompt_id", "id", "pair_id"], hasPromptTexts: true, hasPairRows: true)
  let hasWholePrompts = false
  var scoreColumn: String { "\(score)_\(form.sides[0])" }
  var scoreColumns: [String] { form.sides.map { "\(score)_\($0)" } }
  func labelColumns(of table: DataTable) -> [String] { [verdict] }

  init?(_ table: DataTable, score: String) {
    for form in Self.forms {
      guard form.sides.allSatisfy({ table.has("\(score)_\($0)") }),
        let verdict = form.verdicts.first(where: table.has)
      else { continue }
      self.form = form
      self.score = score
      self.verdict = verdict
      return
    }
    return nil
  }

  func entries(
    of table: DataTable, columns: ScoreColumns
  ) throws(TareError) -> (entries: [ScoreEntry], covariates: [Covariate]) {
    let scores = try form.sides.map { (side) throws(TareError) in
      try table.numbers(in: "\(score)_\(side)")
    }
    let covariates = try form.sides.map { (side) throws(TareError) in
      try columns.covariates.map { (name) throws(TareError) in
        try CovariateColumn(
          name, in: table, side: CovariateColumn.Side(name: side, all: form.sides),
          texts: TextColumns(
            responses: ["response_\(side)", "output_\(side)", "answer_\(side)"],
            prompts: ["instruction", "question", "input"]), scores: "\(score)_\(side)")
      }
    }
    let cells = columns.label == "none" ? nil : table.cells(verdict)
    var entries: [ScoreEntry] = []
    for row in table.rows.indices {
      let roles = try cells.map { (cells) throws(TareError) in
        try verdict(cells[row], of: table, row: row)
      }
      for side in 0..<2 {
        var values = CovariateValues()
        for column in covariates[side] {
          values[column.covariate.name] = try column.values(row, count: 1)[0]
        }
        entries.append(
          ScoreEntry(
            row: row, role: roles?.roles[side] ?? .response, score: scores[side][row],
            covariates: values, label: roles == .tie ? Verdict.tieGrade : nil, pair: "\(row)"))
      }
    }
    return (entries, covariates[0].map(\.covariate))
  }

  private func verdict(
    _ cell: JSONValue, of table: DataTable, row: Int
  ) throws(TareError) -> Verdict {
    guard let found = Verdict(cell, numbers: form.numbers) else {
      throw table.error(
        row, verdict, found: cell.text(), accepted: Verdict.accepted(form.numbers))
    }
    return found
  }

  func columns(_ name: String, _ values: [Double], of table: DataTable) -> [TableColumn] {
    form.sides.enumerated().map { side, suffix in
      TableColumn(
        name: "\(name)_\(suffix)",
        values: table.rows.indices.map { .double(values[2 * $0 + side]) })
    }
  }
}
