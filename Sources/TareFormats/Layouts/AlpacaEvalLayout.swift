/// AlpacaEval's annotations: a judge's preference between a baseline's output and a model's, a row an
/// instruction.
///
/// `instruction`, `output_1`, `generator_1` (the baseline), `output_2`, `generator_2` (the model), `preference`
/// from 1 (the baseline's is better) to 2, 0 or 1.5 for neither; null where the judge failed: such a row
/// is left out, as AlpacaEval does. The lengths may stand in `len_baseline` and `len_model` in place of
/// the outputs, or there may be neither: then there is no length to control.
import Foundation
import TareCore

struct AlpacaEvalLayout: ScoreLayout {
  static let key = "alpacaeval"
  static let summary = "AlpacaEval's annotations: a judge's preference between two models' outputs"
  static let example = #"""
    {"instruction":"2+2?","output_1":"4","generator_1":"baseline","output_2":"Four.","generator_2":"model","preference":1.7}
    """#

  private let lengths: (baseline: String, model: String)?

  let names = TableLayout.Names(ids: ["instruction_id", "id"])

  var scoreColumn: String { "preference" }

  init?(_ table: DataTable, score: String) {
    guard score == "score", Self.isAlpacaEval(table) else { return nil }
    let hasLengths = table.has("len_baseline") && table.has("len_model")
    lengths = hasLengths ? ("len_baseline", "len_model") : nil
  }

  private static func isAlpacaEval(_ table: DataTable) -> Bool {
    table.has("preference")
      && ((table.has("output_1") && table.has("output_2"))
        || (table.has("len_baseline") && table.has("len_model"))
        || (table.has("generator_1") && table.has("generator_2")))
  }

  /// The columns that name the model.
  static func modelColumns(of table: DataTable) -> [String] {
    isAlpacaEval(table) ? ["generator_2", "model"].filter(table.has) : []
  }

  /// The instruction itself, which is the same in every model's file; of one that comes again with
  /// its number.
  func promptIDs(of table: DataTable) -> [String]? {
    guard table.has("instruction") else { return nil }
    var seen: [ExactText: Int] = [:]
    return table.cells("instruction").enumerated().map { row, cell in
      let text = cell.string ?? "row-\(row + 1)"
      let count = (seen[ExactText(text)] ?? 0) + 1
      seen[ExactText(text)] = count
      return count == 1 ? text : "\(text) (\(count))"
    }
  }

  func entries(
    of table: DataTable, columns: ScoreColumns
  ) throws(TareError) -> (entries: [ScoreEntry], covariates: [Covariate]) {
    let names =
      columns.covariates.contains(Length.key) || lengths == nil && !hasOutputs(table)
      ? columns.covariates : columns.covariates + [Length.key]
    let sides = try ["1", "2"].map { (side) throws(TareError) in
      try names.map { (name) throws(TareError) in try covariate(name, side, in: table) }
    }
    var entries: [ScoreEntry] = []
    for (row, cell) in table.cells("preference").enumerated() {
      guard let preference = try preference(cell, of: table, row: row) else { continue }
      for side in 0..<2 {
        // By this the benchmark knows its data; scores that add up to 1 may be anybody's.
        var values = CovariateValues()
        values["preference"] = 1
        for column in sides[side] {
          values[column.covariate.name] = try column.values(row, count: 1)[0]
        }
        entries.append(
          ScoreEntry(
            row: row, role: .response, index: side,
            score: side == 0 ? 2 - preference : preference - 1, covariates: values))
      }
    }
    let asked = sides[0].map(\.covariate).filter { columns.covariates.contains($0.name) }
    return (entries, asked)
  }

  private func hasOutputs(_ table: DataTable) -> Bool { table.has("output_1") }

  private func covariate(
    _ name: String, _ side: String, in table: DataTable
  ) throws(TareError) -> CovariateColumn {
    if name == Length.key, let lengths {
      return try CovariateColumn(
        name, column: side == "1" ? lengths.baseline : lengths.model, in: table)
    }
    return try CovariateColumn(
      name, in: table, side: CovariateColumn.Side(name: side, all: ["1", "2"]),
      texts: TextColumns(responses: ["output_\(side)"], prompts: ["instruction"]),
      scores: "preference")
  }

  /// From 1 to 2; nil where there is none.
  private func preference(
    _ cell: JSONValue, of table: DataTable, row: Int
  ) throws(TareError) -> Double? {
    if cell == .null || cell.string == "" || cell.string?.lowercased() == "nan" { return nil }
    let value = try table.number(cell, row: row, field: "preference")
    if value == 0 { return 1.5 }
    guard (1...2).contains(value) else {
      throw table.error(
        row, "preference", found: "\(value)", accepted: "a number from 1 to 2, or 0 for neither")
    }
    return value
  }

  func columns(_ name: String, _ values: [Double], of table: DataTable) -> [TableColumn] {
    var rest = values[...]
    var cells: ([JSONValue], [JSONValue]) = ([], [])
    for (row, cell) in table.cells("preference").enumerated() {
      let isThere = ((try? preference(cell, of: table, row: row)) ?? nil) != nil
      let pair = isThere ? rest.prefix(2).map { JSONValue.double($0) } : [.null, .null]
      if isThere { rest = rest.dropFirst(2) }
      cells.0.append(pair[0])
      cells.1.append(pair[1])
    }
    return [
      TableColumn(name: "\(name)_1", values: cells.0),
      TableColumn(name: "\(name)_2", values: cells.1),
    ]
  }
}
