/// Rows that hold a state, with questions of their own or without: JSON Lines, or one JSON array.
package import TareCore
internal import TareFormats
internal import TareScoring
internal import TareStore

/// A row's members as they stand in the file, numbers included.
struct StateRow {
  let id: String
  /// With state, and questions where the row has them; `request` is in their place.
  let row: JSONObject

  /// Members that are the request, not columns of the row.
  static let requestKeys: Set = ["state", "questions", "assets", "request"]

  /// As a row of a run: the state is its prompt, and the whole row is carried.
  var candidates: CandidateSet {
    let state = row["state"] ?? row["request"] ?? .null
    return CandidateSet(
      id: id, prompt: [.user(state.string ?? state.text())],
      responses: [Candidate(role: .response, text: "")], extras: ["state_row": .object(row)])
  }

  /// The rows of a file; nil for a file of another kind.
  /// - Throws: `TareError.badData` with the line of what is no JSON.
  static func rows(_ file: InputFile) throws(TareError) -> [StateRow]? {
    guard let first = file.bytes.first(where: { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }),
      first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
      isOfStates(file.bytes)
    else { return nil }
    var values: [JSONValue] = []
    var reader = JSONReader(file.bytes, takesLoneSurrogates: false)
    do throws(TareError) {
      try reader.sequence { (reader) throws(TareError) in values.append(try reader.value()) }
    } catch {
      throw error.inside(file.name)
    }
    if values.count == 1, let array = values[0].array { values = array }
    var rows: [StateRow] = []
    for (index, value) in values.enumerated() {
      guard let object = value.object, isState(object) else {
        throw .badData(
          place: "\(file.name), row \(index + 1)", found: value.outline,
          accepted: "an object with state, or with request")
      }
      rows.append(StateRow(id: name(object) ?? "row-\(index + 1)", row: object))
    }
    return rows
  }

  private static func name(_ object: JSONObject) -> String? {
    for key in ["id", "name"] {
      if let text = object[key]?.string, !text.contains("\0") { return text }
      if let number = object[key]?.int { return String(number) }
    }
    return nil
  }

  private static func isState(_ object: JSONObject) -> Bool {
    object["state"] != nil || object["request"] != nil
  }

  /// Whether the first row is one.
  private static func isOfStates(_ bytes: [UInt8]) -> Bool {
    var reader = JSONReader(bytes)
    var found = false
    // The rest is not read: whatever is wrong with it is told when it is.
    try? reader.sequence { (reader) throws(TareError) in
      if reader.isNext("[") {
        try reader.elements { (reader) throws(TareError) in
          found = isState(try reader.value().object ?? [:])
          throw .fault("enough")
        }
      } else {
        found = isState(try reader.value().object ?? [:])
        throw .fault("enough")
      }
    }
    return found
  }
}

extension RunItem {
  /// The row that the item is of; nil for a conversation.
  var stateRow: JSONObject? { extras["state_row"]?.object }

  /// What is asked of the item.
  ///
  /// - Parameter questions: of the rubric, for rows without their own.
  /// - Throws: `TareError.badData` for a row whose questions are refused, or that has none.
  func request(_ questions: [DecisionQuestion]?) throws(TareError) -> DecisionRequest {
    try Self.request(stateRow, conversation, questions)
  }

  /// The same of a row that is not in a store.
  static func request(
    _ set: CandidateSet, _ candidate: Candidate, _ questions: [DecisionQuestion]?
  ) throws(TareError) -> DecisionRequest {
    try request(set.extras["state_row"]?.object, set.conversation(candidate), questions)
  }

  private static func request(
    _ row: JSONObject?, _ conversation: Conversation?, _ questions: [DecisionQuestion]?
  ) throws(TareError) -> DecisionRequest {
    guard let row else {
      guard let questions else { throw noQuestions }
      return DecisionRequest(state: conversation?.state ?? .null, questions: questions)
    }
    if let request = row["request"] {
      if let text = request.string { return try DecisionRequest(parsing: text) }
      return try DecisionRequest(request)
    }
    guard row["questions"] == nil else { return try DecisionRequest(.object(row)) }
    guard let questions else { throw noQuestions }
    return DecisionRequest(state: row["state"] ?? .null, questions: questions)
  }

  private static var noQuestions: TareError {
    .badData(
      place: "questions", found: "none", accepted: "questions in each row, or a rubric for all rows"
    )
  }
}

extension Conversation {
  /// What a rubric's questions are about: prompt and response, texts where they are one message each.
  package var state: JSONValue {
    let isPlain = prompt.count == 1 && prompt[0].role == "user" && prompt[0].isPlain
    return [
      "prompt": isPlain ? .string(prompt[0].content) : .array(prompt.map(\.json)),
      "response": turns.responseJSON,
    ]
  }
}
