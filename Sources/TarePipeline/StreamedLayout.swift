/// Which columns of a CSV file are read to calibrate it in pieces.
internal import TareCalibration
internal import TareCore
internal import TareStore

struct StreamedLayout {
  /// The score and the covariates as numbers; the models' columns, then the prompt's, as names.
  private(set) var columns: CSVColumns
  /// How many of the names tell reward models apart.
  let models: Int

  /// - Returns: nil where the table must be taken whole: another format or layout, a covariate that
  ///   is counted on a text, and positions, whose doubles are found among all rows.
  init?(
    _ pieces: inout CSVPieces, _ request: CalibrateRequest, _ covariates: [String]
  ) throws(TareError) {
    let source = request.source
    // 0x1F begins gzip.
    guard let first = pieces.firstCharacter, first != 0x1F,
      source.format != nil || (first != UInt8(ascii: "{") && first != UInt8(ascii: "["))
    else { return nil }
    let header = try pieces.header().columns
    let wanted = ScoreColumns()
    let score = source.score ?? wanted.score
    guard holdsResponseRows(header, score: score), covariates.allSatisfy(header.contains),
      !header.contains("index")
    else { return nil }
    columns = CSVColumns(numbers: [score] + covariates)
    let runs = wanted.runs.filter(header.contains)
    models = runs.count
    columns.names = runs.map { .init($0) }
    // As `PromptGroups(of:)`: a named group tells alone; else prompts of different subsets differ.
    let group = source.group ?? ["prompt_id", "id", "pair_id"].first(where: header.contains)
    if let group { columns.names.append(.init(group, isNeeded: true)) }
    if source.group == nil, group != nil {
      columns.names += ["subset", "section"].filter(header.contains).map { .init($0) }
    }
    if let label = source.label {
      columns.labels = [.init(label, .number)]
    } else if header.contains("role") {
      columns.labels = [.init("role", .role)]
    } else {
      columns.labels = ["label", "gold"].filter(header.contains).map {
        .init($0, .optionalNumber)
      }
    }
  }
}
