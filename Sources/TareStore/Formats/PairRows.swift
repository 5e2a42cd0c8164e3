/// Score tables with a pair a row: the results of RewardBench and RM-Bench, and score pairs at large.
///
/// A side's score is a number, or a list of a number a response (RewardBench writes `[x]`, RM-Bench
/// `[a, b, c]`). A covariate C stands in `C_chosen` and `C_rejected` in the same form; `length` is
/// counted on the texts where there is no such column.
import TareCore

struct PairRows: ScoreLayout {
  /// What stands before `_chosen` and `_rejected`.
  private let stem: String
  private static let sides: [Role] = [.chosen, .rejected]

  static func accepted(_ score: String) -> String { "'\(score)s_chosen' and '\(score)s_rejected'" }

  init?(_ table: DataTable, score: String) {
    let stem = ["\(score)s", score].first { stem in
      Self.sides.allSatisfy { table.has("\(stem)_\($0.rawValue)") }
    }
    guard let stem else { return nil }
    self.stem = stem
  }

  func entries(of table: DataTable, columns: ScoreColumns) throws(TareError) -> [ScoreEntry] {
    var entries: [ScoreEntry] = []
    let sides = try Self.sides.map { (role) throws(TareError) in
      try Side(table, stem: stem, role: role, covariates: columns.covariates)
    }
    for row in table.rows.indices {
      for side in sides { entries += try side.entries(of: table, row: row) }
    }
    return entries
  }

  func columns(_ name: String, _ values: [Double], of table: DataTable) -> [TableColumn] {
    var rest = values[...]
    var cells: [Role: [JSONValue]] = [:]
    let scores = Self.sides.map { table.cells("\(stem)_\($0.rawValue)") }
    for row in table.rows.indices {
      for (role, scores) in zip(Self.sides, scores) {
        let numbers = rest.prefix(scores[row].array?.count ?? 1).map { JSONValue.double($0) }
        rest = rest.dropFirst(numbers.count)
        cells[role, default: []].append(scores[row].array == nil ? numbers[0] : .array(numbers))
      }
    }
    return Self.sides.map {
      TableColumn(name: "\(name)_\($0.rawValue)", values: cells[$0] ?? [])
    }
  }
}

/// The chosen or the rejected responses of all rows.
private struct Side {
  let role: Role
  let column: String
  let scores: [JSONValue]
  /// The columns of the covariates, and whether they hold texts to be counted.
  let covariates: [(name: String, column: String, values: [JSONValue], isText: Bool)]

  init(_ table: DataTable, stem: String, role: Role, covariates: [String]) throws(TareError) {
    self.role = role
    column = "\(stem)_\(role.rawValue)"
    scores = table.cells(column)
    self.covariates = try covariates.map { (name) throws(TareError) in
      let own = "\(name)_\(role.rawValue)"
      let text = ["text_\(role.rawValue)", role.rawValue].first(where: table.has)
      if name == "length", !table.has(own), let text {
        return (name, text, table.cells(text), true)
      }
      return (name, own, try table.values(in: own), false)
    }
  }

  func entries(of table: DataTable, row: Int) throws(TareError) -> [ScoreEntry] {
    var entries: [ScoreEntry] = []
    let elements = scores[row].elements
    guard !elements.isEmpty else {
      throw table.error(row, column, found: "an empty list", accepted: "at least one score")
    }
    for (index, score) in elements.enumerated() {
      var values: [String: Double] = [:]
      for covariate in covariates {
        values[covariate.name] = try value(of: covariate, in: table, row: row, index: index)
      }
      // RewardBench 2 nests each score once more.
      let number = try table.number(score.elements.first ?? score, row: row, field: column)
      entries.append(ScoreEntry(row: row, role: role, score: number, covariates: values))
    }
    return entries
  }

  private func value(
    of covariate: (name: String, column: String, values: [JSONValue], isText: Bool),
    in table: DataTable, row: Int, index: Int
  ) throws(TareError) -> Double {
    let elements = covariate.values[row].elements
    guard elements.count == scores[row].elements.count else {
      throw table.error(
        row, covariate.column, found: "\(elements.count) values",
        accepted: "\(scores[row].elements.count), as many as '\(column)' has")
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
}
