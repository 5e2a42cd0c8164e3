/// Score tables with a pair a row: the results of RewardBench and RM-Bench, and score pairs at large.
/// RewardBench's `--save_all` writes the two scores as `chosen` and `rejected`.
///
/// A side's score is a number, or a list of a number a response (RewardBench writes `[x]`, RM-Bench
/// `[a, b, c]`). A prompt may have several rows, a pair each. A covariate C stands in `C_chosen` and `C_rejected` in the same form; text covariates
/// are counted on the texts where there are no such columns.
import TareCore

struct PairRows: ScoreLayout {
  static let key = "pairs"
  static let summary = "one pair per row: score_chosen, score_rejected, numbers or lists"
  static let example = #"{"id":"7","subset":"chat","score_chosen":2.5,"score_rejected":-1.0}"#

  /// RM-Bench names a prompt's domain. Beside a prompt's id `id` is the pair's own.
  let names = TableLayout.Names(
    ids: ["prompt_id", "id", "pair_id"], sections: ["section", "domain"], hasPromptTexts: true,
    conversations: ["chosen"], hasPairRows: true)
  let hasWholePrompts = false
  /// The columns of the scores.
  private let chosen, rejected: String

  var scoreColumn: String { chosen }
  var scoreColumns: [String] { [chosen, rejected] }

  init?(_ table: DataTable, score: String) {
    let pairs = ["\(score)s", score].flatMap { stem in
      [("\(stem)_chosen", "\(stem)_rejected"), ("chosen_\(stem)", "rejected_\(stem)")]
    }
    if let pair = pairs.first(where: { table.has($0.0) && table.has($0.1) }) {
      (chosen, rejected) = pair
    } else if score == "score", Self.holdsNumber(table, "chosen"),
      Self.holdsNumber(table, "rejected")
    {
      chosen = "chosen"
      rejected = "rejected"
    } else {
      return nil
    }
  }

  /// Whether every row has numbers there, and not texts that are numerals: an answer may be "4". Cells of
  /// CSV are texts all, so that beside a prompt they are taken for answers.
  private static func holdsNumber(_ table: DataTable, _ column: String) -> Bool {
    guard table.has(column),
      !table.isText || !["prompt", "instruction", "question"].contains(where: table.has)
    else { return false }
    return table.cells(column).enumerated().allSatisfy { row, cell in
      guard let value = cell.elements.first, table.isText || value.string == nil else {
        return false
      }
      return (try? table.number(value, row: row, field: column)) != nil
    }
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
    try checkOnce(table, columns)
    var entries: [ScoreEntry] = []
    for row in table.rows.indices {
      let pair =
        try chosenLists.entries(row) { _ in .chosen }
        + rejectedLists.entries(row) { _ in .rejected }
      entries += pair.map { entry in
        var entry = entry
        entry.pair = "\(row)"
        return entry
      }
    }
    return (entries, chosenLists.covariates.map(\.covariate))
  }

  /// Refuses a pair that stands twice under one id: its scores are those of two runs, or count twice.
  private func checkOnce(_ table: DataTable, _ columns: ScoreColumns) throws(TareError) {
    let layout = TableLayout(table.columns, columns, names)
    guard columns.group == nil, case .id(let column) = layout.prompt else { return }
    let ids = try PromptNames(table, layout).ids
    let subsets = try layout.subset.map { (column) throws(TareError) in
      try table.names(in: column)
    }
    let texts = ["chosen", "rejected", "text_chosen", "text_rejected"]
      .filter { $0 != chosen && $0 != rejected && table.has($0) }.map(table.cells)
    // Without texts another row of the same `id` may be anything; a prompt's id says what it is.
    let isOfPrompt = ColumnNames([column]).column("prompt_id") != nil
    guard !texts.isEmpty || !isOfPrompt else { return }
    let scores = [table.cells(chosen), table.cells(rejected)]
    // The first row of each id, and of ids with several those of each pair of texts.
    var rows: [PromptKey: Int] = [:]
    var rowsOfTexts: [PromptKey: [[JSONValue]: Int]] = [:]
    for (row, id) in ids.enumerated() {
      let key = PromptKey(section: nil, subset: subsets?[row] ?? "", id: id)
      guard let earliest = rows[key] else {
        rows[key] = row
        continue
      }
      let own = texts.map { $0[row] }
      var known = rowsOfTexts.removeValue(forKey: key) ?? [texts.map { $0[earliest] }: earliest]
      let first = known[own]
      if first == nil { known[own] = row }
      rowsOfTexts[key] = known
      guard let first else { continue }
      let isSame = scores.allSatisfy { $0[first] == $0[row] }
      throw table.error(
        row, column,
        found: "the id '\(id)' a second time, with "
          + "\(texts.isEmpty ? "" : "the same texts and ")\(isSame ? "the same" : "other") scores",
        accepted:
          "each pair once (several pairs of one prompt share a 'prompt_id', or have columns "
          + "with their texts)")
    }
  }

  func columns(_ name: String, _ values: [Double], of table: DataTable) -> [TableColumn] {
    var rest = values[...]
    var cells: (chosen: [JSONValue], rejected: [JSONValue]) = ([], [])
    for (chosen, rejected) in zip(
      (try? table.listCells(chosen)) ?? [], (try? table.listCells(rejected)) ?? [])
    {
      cells.chosen.append(chosen.taking(&rest))
      cells.rejected.append(rejected.taking(&rest))
    }
    return [
      TableColumn(name: "\(name)_chosen", values: cells.chosen),
      TableColumn(name: "\(name)_rejected", values: cells.rejected),
    ]
  }
}
