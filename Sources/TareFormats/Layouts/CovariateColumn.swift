/// A covariate of a table's responses: its own column of numbers, or counted on the texts.
import TareCore

struct CovariateColumn {
  /// The name and how it was come by.
  let covariate: Covariate
  private let table: DataTable
  /// The column of the scores, for messages.
  private let scores: String
  private let cells: Cells

  private enum Cells {
    /// A value a response, or one for all of a row where it `isShared`.
    case numbers(column: String, values: [JSONValue], isShared: Bool)
    case texts(any TextCovariate.Type, TextCells)
  }

  /// Where a row is a pair: whose column this is, and whose there are.
  struct Side {
    let name: String
    let all: [String]
  }

  /// A column of the covariate's name counts before texts. A pair has a column a side (`NAME_chosen`);
  /// a number that is not of the response may also stand in one column for both.
  ///
  /// - Parameter scores: column of the scores, for messages.
  /// - Throws: `TareError.badData` that tells which columns there are.
  init(
    _ name: String, in table: DataTable, side: Side? = nil, texts: TextColumns, scores: String
  ) throws(TareError) {
    self.table = table
    self.scores = scores
    let kind = TextCovariates.named(name)
    let isOfRow = kind?.source != .response
    // NAME_chosen, or chosen_NAME.
    let spelled: (String) -> String =
      side?.all.contains { table.has("\($0)_\(name)") } == true
      ? { "\($0)_\(name)" } : { "\(name)_\($0)" }
    let own = side.map { spelled($0.name) } ?? name
    // A side's column that is missing beside the other's is an error, not a reason to count.
    let hasColumn = table.has(own) || side?.all.contains { table.has(spelled($0)) } == true
    if hasColumn || (isOfRow && table.has(name)) {
      let column = hasColumn ? own : name
      let isShared = isOfRow && column == name
      cells = .numbers(
        column: column, values: try table.listCells(column), isShared: isShared)
      covariate = .inColumn(name, of: ColumnNames(table.columns))
    } else if let kind, kind.source != .tokens {
      guard let found = TextCells(kind, texts, in: table) else {
        throw .badData(
          place: table.name,
          found: "no column '\(own)' and no text to compute it from; the columns are "
            + list(table.columns), accepted: "a column \(list([own] + texts.columns(for: kind)))")
      }
      cells = .texts(kind, found)
      covariate = found.isWhole ? .computedOnWholeTexts(kind) : .computed(kind)
    } else {
      throw Self.noColumn(own, in: table, texts)
    }
  }

  /// The columns in which a covariate of rows, or of pairs, may stand.
  static func spellings(of name: String) -> [String] {
    [name] + ["chosen", "rejected"].flatMap { ["\(name)_\($0)", "\($0)_\(name)"] }
  }

  /// A covariate that stands in a column of another name.
  init(_ name: String, column: String, in table: DataTable) throws(TareError) {
    self.table = table
    scores = column
    cells = .numbers(column: column, values: try table.values(in: column), isShared: false)
    covariate = .named(name)
  }

  private static func noColumn(
    _ column: String, in table: DataTable, _ texts: TextColumns
  ) -> TareError {
    var accepted = "one of " + table.columns.map { "'\($0)'" }.joined(separator: ", ")
    if texts.all.contains(where: table.has) {
      let counted = TextCovariates.registry.entries.filter { $0.source == .response }
      accepted += ", or computed from the text: " + counted.map { $0.key }.joined(separator: ", ")
    }
    return .badData(place: table.name, found: "no column '\(column)'", accepted: accepted)
  }

  /// The covariate of each of a row's responses.
  ///
  /// - Parameter count: how many scores the row has.
  func values(_ row: Int, count: Int) throws(TareError) -> [Double] {
    let values: [Double]
    let name: String
    switch cells {
    case .numbers(let column, let cells, let isShared):
      let elements = cells[row].elements
      name = column
      if isShared, elements.count == 1 {
        let number = try table.number(elements[0], row: row, field: column)
        return Array(repeating: number, count: count)
      }
      try check(elements.count, against: count, row, column)
      values = try elements.map { (element) throws(TareError) in
        try table.number(element, row: row, field: column)
      }
    case .texts(let kind, let texts):
      name = texts.name
      values = try texts.values(of: kind, row, in: table, count: count)
    }
    try check(values.count, against: count, row, name)
    return values
  }

  private func check(
    _ found: Int, against count: Int, _ row: Int, _ column: String
  ) throws(TareError) {
    guard found != count else { return }
    throw table.error(
      row, column, found: "\(found) values", accepted: "\(count), as many as '\(scores)' has")
  }
}

extension Covariate {
  /// The covariate that stands in a column of its own name.
  static func inColumn(_ name: String, of columns: ColumnNames) -> Covariate {
    // The tokens and lengths of `tare score`'s own output are those of the store.
    let isOwn = columns.first(of: ["read_at", "readAt"]) != nil
    if name == Tokens.key, isOwn { return .computed(Tokens.self) }
    return name == Length.key && !isOwn ? .lengthInColumn : .named(name)
  }
}
