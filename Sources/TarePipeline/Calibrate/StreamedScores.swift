/// The columns of a CSV file that calibration keeps of it, row by row.
internal import TareCalibration
internal import TareCore
internal import TareFormats

struct StreamedScores {
  let layout: StreamedLayout
  /// [row]
  private var scores: [Double] = []
  /// [covariate][row]
  private var covariates: [[Double]]
  /// Numbers of names, [column][row].
  private var names: [[Int32]]
  /// [column][row]
  private var labels: [[Double]]

  init(_ layout: StreamedLayout) {
    self.layout = layout
    covariates = layout.columns.numbers.dropFirst().map { _ in [] }
    names = layout.columns.names.map { _ in [] }
    labels = layout.columns.labels.map { _ in [] }
  }

  var count: Int { scores.count }

  mutating func append(_ block: CSVBlock) {
    scores += block.numbers[0]
    for index in covariates.indices { covariates[index] += block.numbers[index + 1] }
    for index in names.indices { names[index] += block.names[index] }
    for index in labels.indices { labels[index] += block.labels[index] }
  }

  /// Whether a row was left out, or should be for its label.
  func hasBadRows(_ reader: CSVColumnReader) -> Bool {
    !reader.skipped.isEmpty || reader.labelColumns.contains { $0.problem != nil }
  }

  /// Whether a place among a prompt's responses is taken twice: perhaps an error, which a look at the
  /// whole tells.
  func repeatsPlaces(_ reader: CSVColumnReader, in table: CalibrationTable) -> Bool {
    guard let column = layout.index, let prompts = table.prompts else { return false }
    let known = reader.names[column].all.map { Int($0) }
    guard known.allSatisfy({ $0.map { $0 >= 0 } ?? false }) else { return false }
    return !prompts.areDistinct(names[column].map { known[Int($0)] ?? 0 })
  }

  /// The column that holds several reward models, if one does.
  func severalModels(in reader: CSVColumnReader) -> Int? {
    (0..<layout.models).first { reader.names[$0].count > 1 }
  }

  /// The rows of each reward model, in the order in which they first appear; nil for all rows.
  func parts(_ reader: CSVColumnReader) -> [(name: String?, rows: [Int]?)] {
    guard let column = severalModels(in: reader) else { return [(nil, nil)] }
    var rows = [[Int]](repeating: [], count: reader.names[column].count)
    for (row, model) in names[column].enumerated() { rows[Int(model)].append(row) }
    return rows.indices.map { (reader.names[column][$0], rows[$0]) }
  }

  /// - Parameter rows: nil for all.
  func table(
    _ reader: CSVColumnReader, rows: [Int]?
  ) throws(TareError) -> CalibrationTable {
    func selected<Value>(_ column: [Value]) -> [Value] { rows?.map { column[$0] } ?? column }
    let all = rows ?? Array(scores.indices)
    return try CalibrationTable(
      scores: selected(scores), columns: covariates.map(selected), covariates: layout.covariates,
      prompts: prompts(reader, all), labels: try judgement(reader, selected)?.goodness)
  }

  private func judgement(
    _ reader: CSVColumnReader, _ selected: ([Double]) -> [Double]
  ) throws(TareError) -> Judgement? {
    guard layout.table.hasJudgement else { return nil }
    var candidates: [Judgement.Candidate] = []
    var roles = selected(scores).map { _ in Role.response }
    for (position, label) in layout.columns.labels.enumerated() {
      let values = selected(labels[position])
      if label.kind == .role {
        roles = values.map { $0.isNaN ? .response : $0 == 1 ? .chosen : .rejected }
      } else {
        candidates.append(
          .init(name: label.column, column: reader.labelColumns[position], labels: values))
      }
    }
    return try Judgement(roles: roles, candidates) { column, problem in
      .badData(
        place: "\(reader.name), line \(problem.row), column '\(column)'", found: problem.found,
        accepted: problem.accepted)
    }
  }

  /// Rows whose names agree in every column belong to one prompt; without columns each is its own.
  private func prompts(_ reader: CSVColumnReader, _ rows: [Int]) -> PromptGroups {
    let columns = names[layout.prompts]
    guard let ids = columns.first else {
      return PromptGroups(
        groupOfRow: rows.indices.map { Int32($0) }, ids: rows.map { PromptRule.name(ofRow: $0) })
    }
    let texts = reader.names[layout.models]
    let ofText = isOfTexts
    var groups = rows.map { ids[$0] }
    // Who has no text is of no other row's prompt.
    if ofText, let empty = texts.all.firstIndex(of: "") {
      for place in groups.indices where groups[place] == empty { groups[place] = -1 - Int32(place) }
    }
    // Numbers of names count from 0 in the order of their rows only where all rows are here.
    if rows.count < scores.count || ofText { groups = numbered(groups, groups) }
    for column in columns.dropFirst()
    where column.contains(where: { $0 != column[0] }) {
      groups = numbered(groups, rows.map { column[$0] })
    }
    var names: [String] = []
    for (place, group) in groups.enumerated() where Int(group) == names.count {
      let text = texts[Int(ids[rows[place]])]
      names.append(
        !ofText ? text : text.isEmpty ? PromptRule.name(ofRow: rows[place]) : PromptRule.name(text))
    }
    return PromptGroups(groupOfRow: groups, ids: names)
  }

  /// Whether prompts are known by their texts.
  private var isOfTexts: Bool { if case .texts = layout.table.prompt { true } else { false } }

  /// The pairs of two columns by number, in the order in which they first appear.
  private func numbered(_ first: [Int32], _ second: [Int32]) -> [Int32] {
    var numbers: [UInt64: Int32] = [:]
    return zip(first, second).map { first, second in
      let pair = UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
      if let number = numbers[pair] { return number }
      let number = Int32(numbers.count)
      numbers[pair] = number
      return number
    }
  }
}
