/// RewardBench 2's score files: the scores of all completions of a prompt, the correct ones first.
///
/// `scores`, `text` (lists), `num_correct`, `subset`, `id` (`allenai/reward-bench-2-results`).
import TareCore

struct RewardBench2Layout: ScoreLayout {
  static let key = "rewardbench-2"
  static let summary =
    "RewardBench 2: one list of scores per prompt, of which the first num_correct are right"
  static let example = #"""
    {"id":"7","subset":"Math","scores":[2.5,-1.0,0.5,-2.0],"num_correct":1}
    """#

  private let column: String

  var scoreColumn: String { column }
  func labelColumns(of table: DataTable) -> [String] { ["num_correct"] }

  init?(_ table: DataTable, score: String) {
    column = score == "score" ? "scores" : score
    guard table.has("num_correct"), table.has(column) else { return nil }
  }

  func entries(
    of table: DataTable, columns: ScoreColumns
  ) throws(TareError) -> (entries: [ScoreEntry], covariates: [Covariate]) {
    let lists = try ScoreLists(
      table, scores: column, covariates: columns.covariates,
      texts: TextColumns(responses: [], whole: ["text"]))
    var entries: [ScoreEntry] = []
    for (row, correct) in try table.numbers(in: "num_correct").enumerated() {
      let responses = try lists.entries(row) { Double($0) < correct ? .chosen : .rejected }
      guard correct >= 1, correct <= Double(responses.count), correct == correct.rounded() else {
        throw table.error(
          row, "num_correct", found: "\(correct)", accepted: "a number from 1 to \(responses.count)"
        )
      }
      entries += responses
    }
    return (entries, lists.covariates.map(\.covariate))
  }

  func columns(_ name: String, _ values: [Double], of table: DataTable) -> [TableColumn] {
    var rest = values[...]
    return [TableColumn(name: name, values: table.cells(column).map { $0.taking(&rest) })]
  }
}
