/// Which columns of a CSV file are read to calibrate it in pieces.
internal import TareCalibration
internal import TareCore
internal import TareFormats

struct StreamedLayout {
  /// The score and the covariates as numbers; the models' columns, then the prompt's, as names.
  private(set) var columns: CSVColumns
  let covariates: [Covariate]
  /// How many of the names tell reward models apart.
  let models: Int
  /// Those that tell prompts apart.
  let prompts: Range<Int>
  /// The one that holds a response's place among its prompt's, if one does.
  private(set) var index: Int?
  let table: TableLayout

  /// - Parameter readsAll: whether all rows are read before any is written.
  /// - Returns: nil where the table must be taken whole: another format or layout, a covariate that
  ///   is counted on a text, prompts that are known by more than one column, positions, whose doubles
  ///   are found among all rows, unless those are read and none is left out, several pairs of a
  ///   prompt, and prompts that have both ids and texts, which are checked against each other.
  init?(
    _ pieces: inout CSVPieces, _ request: CalibrateRequest, _ covariates: [String],
    readsAll: Bool
  ) throws(TareError) {
    let source = request.source
    guard let first = pieces.firstCharacter, !pieces.isBinary,
      source.format != nil || (first != UInt8(ascii: "{") && first != UInt8(ascii: "["))
    else { return nil }
    try pieces.refuseUnread()
    let opening = try pieces.header()
    guard try request.keepsCells(of: opening) else { return nil }
    source.badRows.tell(pieces.notes, of: pieces.name)
    let header = opening.columns
    guard let found = TableLayout.ofResponses(header, source.columns),
      found.layout.index == nil || readsAll && !source.badRows.leavesOut,
      found.layout.role.map(opening.seemsEmpty) != true,
      found.layout.pair == nil, found.layout.promptTexts == nil
    else { return nil }
    table = found.layout
    var numbers = [found.score]
    for name in covariates {
      guard let column = table.column(name) else { return nil }
      numbers.append(column)
    }
    self.covariates = covariates.map { [table] in table.covariate(named: $0) }
    columns = CSVColumns(numbers: numbers)
    columns.names = table.runs.map { .init($0) }
    models = table.runs.count
    switch table.prompt {
    case .named(let column): columns.names.append(.init(column, isNeeded: true))
    case .id(let column): columns.names.append(.init(column, isNeeded: true))
    case .texts(let texts):
      guard texts.count == 1 else { return nil }
      columns.names.append(.init(texts[0]))
    case .conversations: return nil
    case .rows: break
    }
    // A named group tells alone; else prompts of different subsets differ.
    switch table.prompt {
    case .id, .texts:
      columns.names += [table.subset, table.section].compactMap(\.self).map { CSVColumns.Name($0) }
    case .named, .conversations, .rows: break
    }
    prompts = models..<columns.names.count
    if let place = table.index {
      index = columns.names.count
      columns.names.append(.init(place))
    }
    columns.labels = table.role.map { [CSVColumns.Label($0, .role)] } ?? []
    let kind: CSVColumns.Label.Kind = table.isLabelNamed ? .needed : .possible
    columns.labels += table.labels.map { CSVColumns.Label($0, kind) }
  }

  /// By what rows were taken as one prompt's, where that was guessed and matters.
  func note(_ rows: CalibrationTable) -> String? {
    guard let prompts = rows.prompts, prompts.count < rows.count else { return nil }
    return table.prompt.note
  }

  /// Whether what is left out, where bad rows are, depends on rows that were not read yet, or names
  /// rows by their number.
  var needsAllRows: Bool { table.hasJudgement || table.prompt.isGuess }
}
