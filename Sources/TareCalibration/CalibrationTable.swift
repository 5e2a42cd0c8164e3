/// What a calibration is fitted to and applied to: columns of numbers.
package import TareCore
internal import TareNumerics

/// Scores and covariates, row by row, with the prompts and subsets they belong to and labels where
/// known.
package struct CalibrationTable: Sendable {
  package let covariates: [Covariate]
  /// The reward of each response, [row].
  package let scores: [Double]
  /// The covariates of each response, [covariate][row].
  package let columns: [[Double]]
  /// Which rows answer the same prompt; nil where that is not known.
  package let prompts: PromptGroups?
  /// The subset of each row; nil where there are none.
  package let subsets: NameColumn?
  /// How good each response is, more is better, [row]; nil where that is not known.
  package let labels: [Double]?
  /// Which of its prompt's pairs each row is of, where prompts have several, [row]: labels of different
  /// pairs say nothing of each other. nil where all of a prompt's rows compare.
  package private(set) var pairs: [Int32]?
  /// Where the rows stood in the table that this one was made of, [row]; nil where they stand there.
  private(set) var origin: [Int32]?
  /// Whether nothing but what the rows hold decided their order; see `canonical`.
  private(set) var isCanonical = false
  /// Fits that this table has in common with others.
  private(set) var sharedFits: SharedFits?
  /// The folds of those whose prompts are not here.
  private(set) var leftOut: Set<Int> = []

  /// - Throws: `TareError.badData` that names column and row (from 1) of a number that is not
  ///   finite, and for columns that are empty or of unequal length.
  package init(
    scores: [Double], columns: [[Double]], covariates: [Covariate], prompts: PromptGroups? = nil,
    subsets: [String]? = nil, labels: [Double]? = nil
  ) throws(TareError) {
    try self.init(
      checking: scores, columns, covariates, prompts,
      subsets: subsets.map { NameColumn($0.lazy.map(\.self)) }, labels)
  }

  private init(
    checking scores: [Double], _ columns: [[Double]], _ covariates: [Covariate],
    _ prompts: PromptGroups?, subsets: NameColumn?, _ labels: [Double]?
  ) throws(TareError) {
    precondition(columns.count == covariates.count, "a column a covariate")
    try Columns.check(["score": scores])
    for (column, covariate) in zip(columns, covariates) {
      try Columns.check(["score": scores, covariate.name: column])
    }
    if let labels { try Columns.check(["score": scores, "label": labels]) }
    for (name, rows) in [("prompts", prompts?.groupOfRow.count), ("subsets", subsets?.count)] {
      guard let rows, rows != scores.count else { continue }
      throw .badData(
        place: "column of \(name)", found: "\(rows) rows",
        accepted: "\(scores.count) rows, as many as column score")
    }
    self.init(scores, columns, covariates, prompts, subsets, labels)
  }

  /// Of columns that have been checked.
  private init(
    _ scores: [Double], _ columns: [[Double]], _ covariates: [Covariate],
    _ prompts: PromptGroups?, _ subsets: NameColumn?, _ labels: [Double]?
  ) {
    self.covariates = covariates
    self.scores = scores
    self.columns = columns
    self.prompts = prompts
    self.subsets = subsets
    self.labels = labels
  }

  /// A table of one covariate.
  package init(
    scores: [Double], values: [Double], covariate: Covariate, prompts: PromptGroups? = nil,
    labels: [Double]? = nil
  ) throws(TareError) {
    try self.init(
      scores: scores, columns: [values], covariates: [covariate], prompts: prompts, labels: labels)
  }

  /// The table of scored responses. Labels are the responses' own where all have one, otherwise 1
  /// for chosen and 0 for rejected, if all are either.
  ///
  /// - Throws: also `TareError.badData` for a response without one of the covariates.
  package init(
    _ responses: ScoredResponses, covariates: [Covariate], prompts: PromptGroups? = nil
  ) throws(TareError) {
    var columns: [[Double]] = []
    for covariate in covariates {
      columns.append(try responses.values(of: covariate.name))
    }
    try self.init(
      checking: responses.scores, columns, covariates, prompts ?? responses.groups,
      subsets: responses.subsets.flatMap { $0.hasNames ? $0 : nil }, responses.grades)
    pairs = responses.pairs.map { $0.map { Swift.max($0, 0) } }
  }

  package init(
    _ responses: [ScoredResponse], covariates: [Covariate], prompts: PromptGroups? = nil
  ) throws(TareError) {
    try self.init(ScoredResponses(responses), covariates: covariates, prompts: prompts)
  }

  package var count: Int { scores.count }
  /// The first covariate, of which curves are drawn.
  package var covariate: Covariate? { covariates.first }

  /// SHA-256 of the sums of hashes of each row's covariates and score, and of their number: the same for
  /// the same rows in any order.
  package var digest: Digest {
    var hash = SHA256()
    (RowKeys.sums(of: self) + [UInt64(count)]).withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }

  /// The number of a row for people, from 1, in the table that was read.
  func number(of row: Int) -> Int { (origin.map { Int($0[row]) } ?? row) + 1 }
}

extension CalibrationTable {
  /// Some of the rows, in the order given. Prompts keep their ids.
  func taking(_ rows: [Int32]) -> CalibrationTable {
    var table = CalibrationTable(
      scores.taking(rows), columns.map { $0.taking(rows) }, covariates, prompts?.taking(rows),
      subsets?.taking(rows), labels?.taking(rows))
    table.pairs = pairs?.taking(rows)
    table.origin = origin?.taking(rows) ?? rows
    return table
  }

  /// The same rows in an order that only what they hold decides, and where each stood, [row], nil where
  /// they stand so already: what is then computed in their order, or drawn at random by it, does not
  /// depend on the file's.
  package func canonical() -> (table: Self, rows: [Int32]?) {
    guard !isCanonical else { return (self, nil) }
    let rows = canonicalOrder
    var table = taking(rows)
    table.isCanonical = true
    (table.sharedFits, table.leftOut) = (sharedFits, leftOut)
    return (table, rows)
  }

  /// The same table, of which no fit is made twice.
  package func sharingFits() -> CalibrationTable {
    sharing(SharedFits(folds: Folds.usual, isByContents: Folds.areByContents(self)))
  }

  /// The same rows without labels and subsets, for fits that look at neither.
  var ofNumbersAlone: CalibrationTable {
    var table = CalibrationTable(scores, columns, covariates, prompts, nil, nil).ordered(as: self)
    table.pairs = nil
    (table.sharedFits, table.leftOut) = (sharedFits, leftOut)
    return table
  }

  /// All prompts but those of some folds.
  ///
  /// - Throws: `TareError.badData` where none is left.
  func without(
    _ left: Set<Int>, of folds: Folds, _ shared: SharedFits
  ) throws(TareError) -> Self {
    let rows = folds.rows(outside: left)
    guard !rows.isEmpty else {
      let numbers = left.sorted().map { "\($0 + 1)" }.joined(separator: " and ")
      throw .badData(
        place: "column of prompts", found: "no prompt outside fold \(numbers)",
        accepted: "prompts in each of \(folds.count) folds")
    }
    var table = taking(rows)
    // What is left stays in the order that its contents decide.
    table.isCanonical = isCanonical
    table.leftOut = foldsLeftOut(without: left, shared)
    table.sharedFits = shared
    return table
  }

  /// The folds that a table has not which lacks some more than this.
  func foldsLeftOut(without more: Set<Int>, _ shared: SharedFits) -> Set<Int> {
    (shared === sharedFits ? leftOut : []).union(more)
  }

  /// The same table, of which no fit is made that is among these.
  func sharing(_ fits: SharedFits) -> CalibrationTable {
    var table = self
    table.sharedFits = fits
    return table
  }

  /// The fits that tables without one fold have in common: this table's, where its folds are those.
  func sharedFits(of folds: Folds) -> SharedFits {
    let isByContents = Folds.areByContents(self)
    if let sharedFits, sharedFits.folds == folds.count, sharedFits.isByContents == isByContents {
      return sharedFits
    }
    return SharedFits(folds: folds.count, isByContents: isByContents)
  }

  /// About so many rows, of whole prompts drawn at random; nil where there are no more.
  package func sample(atMost rows: Int) -> (table: Self, rows: [Int32])? {
    guard let drawn = Resampling.sample(prompts, count: count, atMost: rows) else { return nil }
    return (taking(drawn.rows), drawn.rows)
  }

  /// The same table with other scores, [row].
  package func scored(_ scores: [Double]) throws(TareError) -> CalibrationTable {
    let table = try CalibrationTable(
      checking: scores, columns, covariates, prompts, subsets: subsets, labels)
    return table.ordered(as: self)
  }

  /// The same table without its labels.
  package var withoutLabels: CalibrationTable {
    CalibrationTable(scores, columns, covariates, prompts, subsets, nil).ordered(as: self)
  }

  /// The same table without its subsets.
  package var withoutSubsets: CalibrationTable {
    CalibrationTable(scores, columns, covariates, prompts, nil, labels).ordered(as: self)
  }

  /// The same table, which has its rows from another.
  private func ordered(as other: Self) -> Self {
    var table = self
    (table.pairs, table.origin, table.isCanonical) = (
      other.pairs, other.origin, other.isCanonical
    )
    return table
  }

  /// A covariate's column on a scale, [row].
  ///
  /// - Throws: `TareError.badData` for a value that has no logarithm.
  func column(_ covariate: Int, on scale: Scale) throws(TareError) -> [Double] {
    if let column = scale.apply(columns[covariate]) { return column }
    let row = columns[covariate].firstIndex { $0 <= -1 } ?? 0
    throw .badData(
      place: "column \(covariates[covariate].name), row \(number(of: row))",
      found: "\(columns[covariate][row])",
      accepted: "more than -1, as the scale log computes log(1 + x)")
  }
}

extension ScoredResponses {
  fileprivate func values(of covariate: String) throws(TareError) -> [Double] {
    if let values = self.covariate(covariate) { return values }
    guard let row = firstIndex(where: { $0.covariates[covariate] == nil }) else { return [] }
    throw .badData(
      place: "row \(row + 1) (prompt \(self[row].promptID))", found: "no \(covariate)",
      accepted: self[row].covariates.isEmpty
        ? "a row with this covariate"
        : "one of \(self[row].covariates.names.sorted().joined(separator: ", "))")
  }

  fileprivate var grades: [Double]? {
    if let labels, !labels.contains(where: Self.isMissing) { return labels }
    if isEmpty { return [] }
    return roles.contains(.response) ? nil : roles.map { $0 == .chosen ? 1 : 0 }
  }
}
