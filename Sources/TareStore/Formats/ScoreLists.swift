/// Scores that stand several in a row: a column of numbers or of lists, and the covariates beside it.
import TareCore

struct ScoreLists {
  private let table: DataTable
  private let column: String
  private let scores: [JSONValue]
  private let covariates: [Covariate]

  private struct Covariate {
    let name: String
    let column: String
    let values: [JSONValue]
    /// Whether the values are texts whose lengths count.
    let isText: Bool
  }

  /// - Parameters:
  ///   - covariates: each one's name and its column.
  ///   - texts: columns that the length may be counted on, where it has no column of its own.
  init(
    _ table: DataTable, scores: String, covariates: [(name: String, column: String)],
    texts: [String]
  ) throws(TareError) {
    self.table = table
    column = scores
    self.scores = table.cells(scores)
    self.covariates = try covariates.map { (name, column) throws(TareError) in
      if name == "length", !table.has(column), let text = texts.first(where: table.has) {
        return Covariate(name: name, column: text, values: table.cells(text), isText: true)
      }
      let values = try table.values(in: column)
      return Covariate(name: name, column: column, values: values, isText: false)
    }
  }

  /// The responses of one row; `role` says what the one at a position is.
  func entries(_ row: Int, role: (Int) -> Role) throws(TareError) -> [ScoreEntry] {
    let elements = scores[row].elements
    guard !elements.isEmpty else {
      throw table.error(row, column, found: "an empty list", accepted: "at least one score")
    }
    var entries: [ScoreEntry] = []
    for (index, score) in elements.enumerated() {
      var values: [String: Double] = [:]
      for covariate in covariates {
        values[covariate.name] = try value(of: covariate, row, index, count: elements.count)
      }
      // RewardBench 2 may nest a score once more.
      let nested = score.elements
      let number = try table.number(nested.count == 1 ? nested[0] : score, row: row, field: column)
      entries.append(ScoreEntry(row: row, role: role(index), score: number, covariates: values))
    }
    return entries
  }

  private func value(
    of covariate: Covariate, _ row: Int, _ index: Int, count: Int
  ) throws(TareError) -> Double {
    let elements = covariate.values[row].elements
    guard elements.count == count else {
      throw table.error(
        row, covariate.column, found: "\(elements.count) values",
        accepted: "\(count), as many as '\(column)' has")
    }
    guard covariate.isText else {
      return try table.number(elements[index], row: row, field: covariate.column)
    }
    guard let length = elements[index].length else {
      throw table.error(
        row, covariate.column, found: elements[index].kindName, accepted: "the response's text")
    }
    return length
  }
}

extension JSONValue {
  /// A list's elements, or the value alone.
  fileprivate var elements: [JSONValue] { array ?? [self] }

  /// As many of the numbers as there are elements, in this value's form.
  func taking(_ numbers: inout ArraySlice<Double>) -> JSONValue {
    let taken = numbers.prefix(elements.count).map { JSONValue.double($0) }
    numbers = numbers.dropFirst(taken.count)
    return array == nil ? taken.first ?? .null : .array(taken)
  }
}
