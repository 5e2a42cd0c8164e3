/// Score tables with a pair a row: the results of RewardBench and RM-Bench, and score pairs at large.
/// RewardBench's `--save_all` writes the two scores as `chosen` and `rejected`.
///
/// A side's score is a number, or a list of a number a response (RewardBench writes `[x]`, RM-Bench
/// `[a, b, c]`). A covariate C stands in `C_chosen` and `C_rejected` in the same form; text covariates
/// are counted on the texts where there are no such columns.
import TareCore

struct PairRows: ScoreLayout {
  /// RM-Bench names a prompt's domain.
  let sectionColumns = ["section", "domain"]
  /// The columns of the scores.
  private let chosen, rejected: String

  static func accepted(_ score: String) -> String { "'\(score)s_chosen' and '\(score)s_rejected'" }

  init?(_ table: DataTable, score: String) {
    let stem = ["\(score)s", score].first {
      table.has("\($0)_chosen") && table.has("\($0)_rejected")
    }
    if let stem {
      chosen = "\(stem)_chosen"
      rejected = "\(stem)_rejected"
    } else if score == "score", Self.holdsNumber(table, "chosen"),
      Self.holdsNumber(table, "rejected")
    {
      chosen = "chosen"
      rejected = "rejected"
    } else {
      return nil
    }
  }

  /// Whether the first row has a number there, and not a text.
  private static func holdsNumber(_ table: DataTable, _ column: String) -> Bool {
    guard table.has(column), let cell = table.selecting([0]).cells(column).first,
      let value = cell.elements.first
    else { return false }
    return (try? table.number(value, row: 0, field: column)) != nil
  }

  func entries(
    of table: DataTable, columns: ScoreColumns
  ) throws(TareError) -> (entries: [ScoreEntry], covariates: [Covariate]) {
    func lists(_ column: String, _ side: String) throws(TareError) -> ScoreLists {
      try ScoreLists(
        table, scores: column, covariates: columns.covariates,
        side: CovariateColumn.Side(name: side, all: ["chosen", "rejected"]),
        texts: TextColumns(responses: [side], whole: ["text_\(side)"]))
    }
    let chosenLists = try lists(chosen, "chosen")
    let rejectedLists = try lists(rejected, "rejected")
    var entries: [ScoreEntry] = []
    for row in table.rows.indices {
      entries += try chosenLists.entries(row) { _ in .chosen }
      entries += try rejectedLists.entries(row) { _ in .rejected }
    }
    return (entries, chosenLists.covariates.map(\.covariate))
  }

  func columns(_ name: String, _ values: [Double], of table: DataTable) -> [TableColumn] {
    var rest = values[...]
    var cells: (chosen: [JSONValue], rejected: [JSONValue]) = ([], [])
    for (chosen, rejected) in zip(table.cells(chosen), table.cells(rejected)) {
      cells.chosen.append(chosen.taking(&rest))
      cells.rejected.append(rejected.taking(&rest))
    }
    return [
      TableColumn(name: "\(name)_chosen", values: cells.chosen),
      TableColumn(name: "\(name)_rejected", values: cells.rejected),
    ]
  }
}
