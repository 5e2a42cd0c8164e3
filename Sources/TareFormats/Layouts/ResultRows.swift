/// Results without scores, as generative judges leave them in RewardBench's files: `results` is 1 for a
/// right decision, 0 for a wrong one, and a share where several tied (allenai/reward-bench).
import TareCore

struct ResultRows: ScoreLayout {
  static let key = "results"
  static let summary = "results without scores: 1 right, 0 wrong, or a fraction; by subset"
  static let example = #"{"id":"7","subset":"Math","results":1}"#

  /// The covariate that marks a score as a result.
  static let mark = "result"

  private let column: String
  var scoreColumn: String { column }
  let hasWholePrompts = false

  init?(_ table: DataTable, score: String) {
    let name = score == "score" ? "results" : score == "results" ? score : ""
    guard !name.isEmpty, table.has(name),
      !["scores", "score", "scores_chosen", "score_chosen"].contains(where: table.has),
      table.cells(name).contains(where: { $0 != .null })
    else { return nil }
    column = name
  }

  /// A row whose result is null has none: RewardBench 2's Ties are judged together.
  func entries(
    of table: DataTable, columns: ScoreColumns
  ) throws(TareError) -> (entries: [ScoreEntry], covariates: [Covariate]) {
    guard columns.covariates.isEmpty else {
      throw .badData(
        place: table.name,
        found: "results only ('\(column)'), which say whether a decision was right",
        accepted: "scores of the responses")
    }
    var entries: [ScoreEntry] = []
    for (row, cell) in table.cells(column).enumerated() where cell != .null && cell.string != "" {
      let value: Double
      if let bool = cell.bool {
        value = bool ? 1 : 0
      } else {
        value = try table.number(cell, row: row, field: column)
      }
      guard (0...1).contains(value) else {
        throw table.error(row, column, found: "\(value)", accepted: "a number from 0 to 1")
      }
      var covariates = CovariateValues()
      covariates[Self.mark] = 1
      entries.append(ScoreEntry(row: row, role: .response, score: value, covariates: covariates))
    }
    return (entries, [])
  }

  func columns(_ name: String, _ values: [Double], of table: DataTable) -> [TableColumn] { [] }
}
