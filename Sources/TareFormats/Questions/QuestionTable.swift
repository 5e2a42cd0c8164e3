/// Answers to typed questions as files hold them: rows of `tare decide`, answers of servers, and plain
/// tables.
package import TareCore

/// - `answers`: an array of objects with a name, options and probabilities, as `tare decide` writes, or
///   an object of answers by name, as transformers' pipeline and servers give them;
/// - or a column `question` (there may be none where there is one question) and a column `p_OPTION` for
///   each option, empty where a question has no such option.
///
/// Labels are in `labels`, an object of options by question, or in `label` of a file with one question
/// or of a plain table.
package struct QuestionTable: Sendable {
  package let table: DataTable
  /// In the order in which they appear.
  package private(set) var questions: [QuestionAnswers] = []
  /// The column of calibrated probabilities of a file that has been calibrated.
  package static let calibratedColumn = "calibrated_answers"
  private static let prefix = "p_"
  private static let calibratedPrefix = "calibrated_p_"

  /// - Parameter isCalibrated: whether the calibrated probabilities are read instead of the model's.
  /// - Throws: `TareError.badData` that names the row and the column.
  package init(
    _ table: DataTable, label: String? = nil, isCalibrated: Bool = false
  ) throws(TareError) {
    self.table = table
    let hasAnswers = table.has("answers")
    var reader = try RowReader(table, label: label)
    if hasAnswers {
      try readAnswers(isCalibrated ? Self.calibratedColumn : "answers", &reader)
    } else {
      try readColumns(isCalibrated ? Self.calibratedPrefix : Self.prefix, &reader)
    }
    questions = reader.questions
    guard !questions.isEmpty else {
      throw .badData(
        place: table.name, found: "columns \(list(table.columns))",
        accepted: "answers, as `tare decide` writes them, or columns p_OPTION")
    }
  }

  /// Whether a table has calibrated probabilities.
  package static func isCalibrated(_ table: DataTable) -> Bool {
    table.has(calibratedColumn) || table.columns.contains { $0.hasPrefix(calibratedPrefix) }
  }

  /// Whether a table has answers to typed questions.
  package static func hasAnswers(_ table: DataTable) -> Bool {
    table.has("answers") || table.columns.contains { $0.hasPrefix(prefix) }
  }

  // MARK: - Reading

  private func readAnswers(_ column: String, _ reader: inout RowReader) throws(TareError) {
    let cells = try table.values(in: column)
    for (row, cell) in cells.enumerated() {
      if cell == .null { continue }
      do throws(TareError) {
        for answer in try QuestionAnswer.all(in: cell) { try reader.add(answer, row: row) }
      } catch {
        throw table.error(row, column, error)
      }
    }
    try reader.finish()
  }

  private func readColumns(_ prefix: String, _ reader: inout RowReader) throws(TareError) {
    let columns = table.columns.filter { $0.hasPrefix(prefix) }
    guard !columns.isEmpty else { return }
    let cells = try columns.map { (name) throws(TareError) in try table.values(in: name) }
    let names = table.has("question") ? try table.names(in: "question") : []
    let types = table.has("type") ? try table.names(in: "type") : []
    for row in table.rows.indices {
      var options: [String] = []
      var probabilities: [Double] = []
      for (column, values) in zip(columns, cells) {
        guard values[row] != .null, values[row] != "" else { continue }
        guard let value = values[row].number else {
          throw table.error(
            row, column, found: values[row].text(), accepted: "a probability")
        }
        options.append(String(column.dropFirst(prefix.count)))
        probabilities.append(value)
      }
      if options.isEmpty { continue }
      do throws(TareError) {
        var answer = try QuestionAnswer(
          name: names.isEmpty ? "question" : names[row] ?? "", type: nil, options: options,
          probabilities: probabilities)
        if !types.isEmpty, let type = types[row] { answer.type = QuestionType(rawValue: type) }
        try reader.add(answer, row: row)
      } catch {
        throw table.error(row, "p_…", error)
      }
    }
    try reader.finish()
  }

  // MARK: - Writing

  /// Columns of calibrated answers for the table's rows.
  ///
  /// - Parameter calibrated: by question and place among its rows, the members that an answer gets.
  package func columns(_ calibrated: [[CalibratedAnswer]]) -> [TableColumn] {
    guard table.has("answers") else { return plainColumns(calibrated) }
    var cells = [[JSONValue]](repeating: [], count: table.rows.count)
    for (question, answers) in zip(questions, calibrated) {
      for (row, answer) in zip(question.rows, answers) {
        cells[row.row].append(answer.json(question))
      }
    }
    return [
      TableColumn(
        name: Self.calibratedColumn, values: cells.map { $0.isEmpty ? .null : .array($0) })
    ]
  }

  private func plainColumns(_ calibrated: [[CalibratedAnswer]]) -> [TableColumn] {
    var names: [String] = []
    for name in questions.flatMap(\.options) where !names.contains(name) { names.append(name) }
    var values = names.map { _ in [JSONValue](repeating: .null, count: table.rows.count) }
    var sets = [JSONValue](repeating: .null, count: table.rows.count)
    var answered = sets
    for (question, answers) in zip(questions, calibrated) {
      for (row, answer) in zip(question.rows, answers) {
        for (option, value) in zip(question.options, answer.probabilities) {
          if let place = names.firstIndex(of: option) { values[place][row.row] = .double(value) }
        }
        if let set = answer.set {
          sets[row.row] = .string(set.map { question.options[$0] }.joined(separator: "|"))
        }
        if let isAnswered = answer.isAnswered { answered[row.row] = .bool(isAnswered) }
      }
    }
    var columns = zip(names, values).map {
      TableColumn(name: Self.calibratedPrefix + $0, values: $1)
    }
    if sets.contains(where: { $0 != .null }) {
      columns.append(TableColumn(name: "set", values: sets))
    }
    if answered.contains(where: { $0 != .null }) {
      columns.append(TableColumn(name: "answered", values: answered))
    }
    return columns
  }
}

/// What calibration says of one answer.
package struct CalibratedAnswer: Sendable, Hashable {
  package var probabilities: [Double]
  /// Options that the right one is among with the stated probability; nil without such sets.
  package var set: [Int]?
  /// Whether the answer is sure enough to be given; nil without a limit.
  package var isAnswered: Bool?

  package init(probabilities: [Double], set: [Int]? = nil, isAnswered: Bool? = nil) {
    self.probabilities = probabilities
    self.set = set
    self.isAnswered = isAnswered
  }

  fileprivate func json(_ question: QuestionAnswers) -> JSONValue {
    let best = probabilities.max() ?? 0
    let place = probabilities.firstIndex(of: best) ?? 0
    var object: JSONObject = [
      "name": .string(question.name), "type": .string(question.type.rawValue),
      "options": .array(question.options.map { .string($0) }),
      "probabilities": .array(probabilities.map { .double($0) }),
      "answer": .string(question.options[place]), "confidence": .double(best),
    ]
    object["set"] = set.map { .array($0.map { .string(question.options[$0]) }) }
    object["answered"] = isAnswered.map { .bool($0) }
    return .object(object)
  }
}

extension DataTable {
  /// An error of a cell, with its place.
  fileprivate func error(_ row: Int, _ column: String, _ error: TareError) -> TareError {
    guard case .badData(let place, let found, let accepted) = error else { return error }
    return self.error(
      row, place.isEmpty ? column : "\(column), \(place)", found: found, accepted: accepted)
  }
}

extension JSONValue {
  /// The number that a cell is, also as a text of a CSV file; nil for none that is finite.
  var number: Double? {
    guard let value = double ?? string.flatMap(Double.init), value.isFinite else { return nil }
    return value
  }
}
