/// One answer as a file holds it.
internal import TareCore

struct QuestionAnswer {
  let name: String
  var type: QuestionType?
  let options: [String]
  let probabilities: [Double]

  /// Rounded probabilities of hosted models may miss 1 by half a unit of their last digit each.
  private static let tolerance = 0.006

  /// - Parameter type: nil where the options tell.
  /// - Throws: `TareError.badData` for fewer than two options, an option that stands twice, and what are
  ///   no probabilities.
  init(
    name: String, type: QuestionType?, options: [String], probabilities: [Double]
  ) throws(TareError) {
    guard options.count > 1, Set(options.map { ExactText($0) }).count == options.count else {
      throw .badData(
        place: name, found: "options \(list(options))",
        accepted: "at least two options, each once")
    }
    let sum = probabilities.reduce(0, +)
    guard probabilities.count == options.count,
      probabilities.allSatisfy({ $0.isFinite && $0 >= 0 && $0 <= 1.01 }),
      abs(sum - 1) <= max(Self.tolerance * Double(options.count), 1e-3)
    else {
      throw .badData(
        place: name, found: "probabilities \(probabilities)",
        accepted: "one for each of \(options.count) options, which add up to 1")
    }
    self.name = name
    self.type = type
    self.options = options
    self.probabilities = probabilities.map { $0 / sum }
  }

  /// - Parameter cell: an array of answers with names, or an object of answers by name.
  static func all(in cell: JSONValue) throws(TareError) -> [QuestionAnswer] {
    var cell = cell
    if let text = cell.string { cell = try JSONValue(parsing: text) }
    if let array = cell.array {
      // A question that did not fit into the model's context has no answer.
      return try array.filter { $0 != .null }.map { (answer) throws(TareError) in
        try QuestionAnswer(answer, name: answer["name"]?.string)
      }
    }
    guard let object = cell.object else {
      throw .badData(place: "", found: cell.kindName, accepted: "an array or object of answers")
    }
    return try object.members.map { (member) throws(TareError) in
      try QuestionAnswer(member.value, name: member.key)
    }
  }

  private init(_ json: JSONValue, name: String?) throws(TareError) {
    guard let name, let word = json["type"]?.string,
      // The hosted protocol's word.
      let type = QuestionType(rawValue: word == "predicate" ? "noul" : word)
    else {
      throw .badData(
        place: name ?? "", found: json.outline,
        accepted: "an answer with a name and the type noul, choice or score")
    }
    if type == .noul, let yes = (json["noul"] ?? json["probability"])?.double {
      try self.init(
        name: name, type: type, options: ["true", "false"], probabilities: [yes, 1 - yes])
      return
    }
    let given = json["probabilities"]
    if let options = json["options"]?.array?.compactMap(\.string), let array = given?.array {
      try self.init(
        name: name, type: type, options: options,
        probabilities: array.map { $0.double ?? .nan })
    } else if let object = given?.object {
      try self.init(
        name: name, type: type, options: object.keys,
        probabilities: object.members.map { $0.value.double ?? .nan })
    } else if let array = given?.array {
      try self.init(
        name: name, type: type,
        options: array.map { ($0["value"] ?? .null).optionName ?? "" },
        probabilities: array.map { $0["probability"]?.double ?? .nan })
    } else {
      throw .badData(
        place: name, found: json.outline, accepted: "probabilities by option")
    }
  }
}

extension JSONValue {
  /// An option as it is written: text, a number of a level, true or false.
  var optionName: String? {
    switch self {
    case .string(let text): text
    case .int(let value): "\(value)"
    case .double(let value) where value == value.rounded(): Int(exactly: value).map { "\($0)" }
    case .bool(let value): "\(value)"
    default: nil
    }
  }
}

/// Gathers the answers of rows by question, with labels, prompts and lengths.
struct RowReader {
  private let table: DataTable
  private let prompts: [String?]
  private let labels: [JSONValue]
  private let labelsByQuestion: [JSONValue]
  private let lengths: [Double?]
  private var markdown: [Double?] = []
  private let labelColumn: String
  private var places: [ExactText: Int] = [:]
  private var gathered: [(answer: QuestionAnswer, rows: [(row: Int, probabilities: [Double])])] = []
  private(set) var questions: [QuestionAnswers] = []

  init(_ table: DataTable, label: String?) throws(TareError) {
    self.table = table
    labelColumn = label ?? "label"
    if let label, !table.has(label) {
      throw .badData(
        place: table.name, found: "no column '\(label)'",
        accepted: "one of \(list(table.columns))")
    }
    let id = ["prompt_id", "id"].first(where: table.has)
    prompts = try id.map { (name) throws(TareError) in try table.names(in: name) } ?? []
    labels = table.has(labelColumn) ? try table.values(in: labelColumn) : []
    labelsByQuestion = table.has("labels") ? try table.values(in: "labels") : []
    if table.has("length") {
      lengths = try table.values(in: "length").map(\.number)
    } else if table.has("response") {
      lengths = try table.values(in: "response").map { value in
        value.string.map { Double($0.unicodeScalars.count) }
      }
    } else {
      lengths = []
    }
    if table.has("response") {
      markdown = try table.values(in: "response").map { value in
        value.string.flatMap {
          TextCovariates.value(of: Markdown.key, prompt: [], response: $0, tokens: nil)
        }
      }
    }
  }

  mutating func add(_ answer: QuestionAnswer, row: Int) throws(TareError) {
    guard let place = places[ExactText(answer.name)] else {
      places[ExactText(answer.name)] = gathered.count
      gathered.append((answer, [(row, answer.probabilities)]))
      return
    }
    let known = gathered[place].answer
    // The same options in another order are the same question.
    var probabilities: [Double] = []
    for option in known.options {
      guard let index = answer.options.firstIndex(where: { $0.isExactly(option) }) else { break }
      probabilities.append(answer.probabilities[index])
    }
    guard probabilities.count == answer.options.count, probabilities.count == known.options.count
    else {
      throw .badData(
        place: answer.name, found: "options \(list(answer.options))",
        accepted: "options \(list(known.options)), as in the rows before")
    }
    if let last = gathered[place].rows.last, last.row == row {
      throw .badData(place: answer.name, found: "two answers", accepted: "one per row")
    }
    gathered[place].rows.append((row, probabilities))
  }

  /// Labels are read when it is known how many questions there are.
  mutating func finish() throws(TareError) {
    let isPlain = !table.has("answers")
    for (answer, found) in gathered {
      var rows: [AnsweredRow] = []
      for (row, probabilities) in found {
        rows.append(
          AnsweredRow(
            row: row, prompt: prompts.isEmpty ? "row \(row)" : prompts[row] ?? "row \(row)",
            probabilities: probabilities,
            label: try label(
              of: answer, row: row, hasOwn: isPlain || gathered.count == 1),
            length: lengths.isEmpty ? nil : lengths[row],
            markdown: markdown.isEmpty ? nil : markdown[row]))
      }
      questions.append(
        QuestionAnswers(
          name: answer.name, type: answer.type ?? Self.type(answer.options),
          options: answer.options, rows: rows))
    }
  }

  private static func type(_ options: [String]) -> QuestionType {
    if Set(options) == ["true", "false"] { return .noul }
    return options.indices.allSatisfy { options[$0] == "\($0)" } ? .score : .choice
  }

  /// How tables write yes and no.
  private static let words = [
    "1": "true", "0": "false", "yes": "true", "no": "false", "true": "true", "false": "false",
  ]

  private func label(
    of answer: QuestionAnswer, row: Int, hasOwn: Bool
  ) throws(TareError) -> Int? {
    var column = "labels"
    var value = JSONValue.null
    if !labelsByQuestion.isEmpty {
      var cell = labelsByQuestion[row]
      if let text = cell.string, let parsed = try? JSONValue(parsing: text) { cell = parsed }
      value = cell[answer.name] ?? .null
    }
    if value == .null, hasOwn, !labels.isEmpty {
      column = labelColumn
      value = labels[row]
    }
    guard value != .null, value != "" else { return nil }
    let name = value.optionName
    let isNoul = Set(answer.options) == ["true", "false"]
    let wanted = name.map { isNoul ? Self.words[$0.lowercased()] ?? $0 : $0 }
    guard let index = answer.options.firstIndex(where: { $0 == wanted }) else {
      throw table.error(
        row, column, found: value.text(),
        accepted: "an option of '\(answer.name)': \(list(answer.options))")
    }
    return index
  }
}
