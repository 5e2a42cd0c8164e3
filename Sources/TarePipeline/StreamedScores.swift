/// The columns of a CSV file that calibration keeps of it, row by row.
internal import TareCalibration
internal import TareCore
internal import TareStore

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
    _ covariates: [Covariate], _ reader: CSVColumnReader, rows: [Int]?
  ) throws(TareError) -> CalibrationTable {
    func selected<Value>(_ column: [Value]) -> [Value] { rows?.map { column[$0] } ?? column }
    return try CalibrationTable(
      scores: selected(scores), columns: self.covariates.map(selected), covariates: covariates,
      prompts: prompts(reader, rows ?? Array(scores.indices)),
      labels: labels.lazy.map(selected).first { $0.allSatisfy(\.isFinite) })
  }

  /// Rows whose names agree in every column belong to one prompt; without columns each is its own.
  private func prompts(_ reader: CSVColumnReader, _ rows: [Int]) -> PromptGroups {
    let columns = names.dropFirst(layout.models)
    guard let ids = columns.first else {
      return PromptGroups(
        groupOfRow: Array(rows.indices), ids: rows.map { "row-\($0 + 1)" })
    }
    var groups = rows.map { ids[$0] }
    // Numbers of names count from 0 in the order of their rows only where all rows are here.
    if rows.count < scores.count { groups = numbered(groups, groups) }
    for column in columns.dropFirst() where column.contains(where: { $0 != column[0] }) {
      groups = numbered(groups, rows.map { column[$0] })
    }
    var names: [String] = []
    for (place, group) in groups.enumerated() where Int(group) == names.count {
      names.append(reader.names[layout.models][Int(ids[rows[place]])])
    }
    return PromptGroups(groupOfRow: groups.map(Int.init), ids: names)
  }

  /// The pairs of two columns by number, in the order in which they first appear.
  private func numbered(_ first: [Int32], _ second: [Int32]) -> [Int32] {
    var numbers: [UInt64: Int32] = [:]
    return zip(first, second).map { first, second in
      let pair = UInt64(first) << 32 | UInt64(second)
      if let number = numbers[pair] { return number }
      let number = Int32(numbers.count)
      numbers[pair] = number
      return number
    }
  }
}
