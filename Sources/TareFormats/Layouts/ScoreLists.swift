/// Scores that stand several in a row: a column of numbers or of lists, and the covariates beside it.
import TareCore

struct ScoreLists {
  private let table: DataTable
  private let column: String
  private let scores: [JSONValue]
  /// The texts that the scores are of, where the table has such a column.
  private let texts: (column: String, cells: [JSONValue])?
  let covariates: [CovariateColumn]

  /// - Parameters:
  ///   - side: where the row is a pair, whose scores these are.
  ///   - texts: columns that covariates may be counted on.
  init(
    _ table: DataTable, scores: String, covariates: [String], side: CovariateColumn.Side? = nil,
    texts: TextColumns
  ) throws(TareError) {
    self.table = table
    column = scores
    self.scores = try table.listCells(scores)
    self.texts = texts.all.first { $0 != scores && table.has($0) }.map { ($0, table.cells($0)) }
    self.covariates = try covariates.map { (name) throws(TareError) in
      try CovariateColumn(name, in: table, side: side, texts: texts, scores: scores)
    }
  }

  /// The responses of one row; `role` says what the one at a position is.
  func entries(_ row: Int, role: (Int) -> Role) throws(TareError) -> [ScoreEntry] {
    let elements = scores[row].elements
    guard !elements.isEmpty else {
      throw table.error(row, column, found: "an empty list", accepted: "at least one score")
    }
    try checkTexts(row, elements.count)
    var values = [CovariateValues](repeating: [:], count: elements.count)
    for column in covariates {
      let numbers = try column.values(row, count: elements.count)
      for (index, number) in numbers.enumerated() {
        values[index][column.covariate.name] = number
      }
    }
    var entries: [ScoreEntry] = []
    for (index, score) in elements.enumerated() {
      // RewardBench 2 may nest a score once more.
      let nested = score.elements
      let number = try table.number(nested.count == 1 ? nested[0] : score, row: row, field: column)
      entries.append(
        ScoreEntry(row: row, role: role(index), score: number, covariates: values[index]))
    }
    return entries
  }

  /// A list of texts has one a score.
  private func checkTexts(_ row: Int, _ count: Int) throws(TareError) {
    guard let texts, let list = texts.cells[row].array, list.first?.object == nil,
      list.count != count
    else { return }
    throw table.error(
      row, texts.column, found: "\(list.count) texts",
      accepted: "\(count), as many as '\(column)' has")
  }
}

extension JSONValue {
  /// A list's elements, or the value alone.
  var elements: [JSONValue] { array ?? [self] }

  /// As many of the numbers as there are elements, in this value's form.
  func taking(_ numbers: inout ArraySlice<Double>) -> JSONValue {
    let taken = numbers.prefix(elements.count).map { JSONValue.double($0) }
    numbers = numbers.dropFirst(taken.count)
    return array == nil ? taken.first ?? .null : .array(taken)
  }
}
