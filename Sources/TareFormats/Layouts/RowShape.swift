/// The row shapes that `score`, `rank` and `pairs` read, told apart by their columns.
import TareCore

struct RowShape: Sendable {
  /// The columns that a row of this shape has.
  let needs: [String]
  /// Those of them that no other shape has: one of them shows what a row was meant to be.
  let marks: [String]
  let read: @Sendable (SourceRow) throws(TareError) -> RowContent

  /// In the order in which they are tried.
  static let all: [RowShape] = [
    RowShape(needs: ["chosen", "rejected"], marks: ["chosen", "rejected"], read: pair),
    RowShape(needs: ["prompt", "responses"], marks: ["responses"], read: candidates),
    RowShape(needs: ["prompt", "response"], marks: ["response"], read: single),
    RowShape(needs: ["prompt", "completion"], marks: ["completion"], read: completion),
    .stepwise,
    .processBench,
    RowShape(
      needs: ["question", "response_A", "response_B", "label"],
      marks: ["response_A", "response_B"],
      read: judgeBench),
    RowShape(
      needs: ["messages", "rejected_response"], marks: ["rejected_response"], read: rejectedResponse
    ),
    RowShape(
      needs: ["messages", "rejected_messages"], marks: ["rejected_messages"], read: rejectedMessages
    ),
    RowShape(needs: ["messages"], marks: ["messages"], read: conversation),
    RowShape(needs: ["instruction", "output"], marks: ["output"], read: alpacaEval),
  ]

  /// What a message about unknown rows lists.
  static let summary =
    "messages | prompt, response | prompt, completion | prompt, chosen, rejected"
    + " | prompt, responses | messages, rejected_response | prompt, completions, labels"
    + " | problem, steps, label | instruction, output | question, response_A, response_B, label"

  /// - Throws: `TareError.badData` that names the missing column, or lists the shapes if the columns
  ///   are of none.
  static func of(_ row: SourceRow) throws(TareError) -> RowShape {
    if let shape = all.first(where: { $0.needs.allSatisfy(row.has) }) { return shape }
    let columns = row.columns.keys.map { "'\($0)'" }.joined(separator: ", ")
    guard let meant = all.first(where: { $0.marks.contains(where: row.has) }),
      let missing = meant.needs.first(where: { !row.has($0) })
    else {
      throw .badData(
        place: row.place, found: columns.isEmpty ? "no columns" : "the columns \(columns)",
        accepted: "the columns \(summary)")
    }
    throw row.error(missing, found: "no such column beside \(columns)", accepted: summary)
  }
}

/// What a shape makes of a row.
struct RowContent {
  var prompt: [Message]
  var responses: [Candidate]
  var context: TemplateContext
  /// The columns that were read, which are not carried through.
  var columns: [String]
  var subset: String?
  /// Columns that the row does not have, carried through with the others.
  var extras = JSONObject()
}

// MARK: - The shapes

private func pair(_ row: SourceRow) throws(TareError) -> RowContent {
  try content(row, [("chosen", .chosen), ("rejected", .rejected)])
}

/// `labels`, one for each response, tell right from wrong ones, as words or as 1 and 0; a list of grades is
/// carried through.
private func candidates(_ row: SourceRow) throws(TareError) -> RowContent {
  var content = try content(row, [("responses", .response)])
  guard let cells = row.has("labels") ? try row.value("labels").array : nil else { return content }
  var labels: [Label] = []
  for (index, cell) in cells.enumerated() {
    guard let label = Label(cell) else {
      throw row.error("labels[\(index)]", found: cell.text(), accepted: Label.accepted)
    }
    labels.append(label)
  }
  guard labels.allSatisfy({ $0.value == 0 || $0.value == 1 }) else { return content }
  let roles = labels.map { $0.value == 1 ? Role.chosen : .rejected }
  guard roles.count == content.responses.count else {
    throw row.error(
      "labels", found: "\(roles.count) values",
      accepted: "\(content.responses.count), one a response")
  }
  for (index, role) in roles.enumerated() { content.responses[index].role = role }
  content.columns.append("labels")
  return content
}

private func single(_ row: SourceRow) throws(TareError) -> RowContent {
  try content(row, [("response", .response)])
}

private func completion(_ row: SourceRow) throws(TareError) -> RowContent {
  try content(row, [("completion", .response)])
}

/// Responses in one column or more, with their prompt in its own column or before them.
private func content(
  _ row: SourceRow, _ columns: [(name: String, role: Role)]
) throws(TareError) -> RowContent {
  var texts: [ResponseText] = []
  var roles: [Role] = []
  for column in columns {
    let values = try row.responses(column.name)
    texts += values
    roles += values.map { _ in column.role }
  }
  return try RowContent(row, try row.texts(of: texts), roles, columns: columns.map(\.name))
}

extension RowContent {
  /// What the columns around prompt and responses say belongs to it as well.
  ///
  /// - Parameter columns: those that the responses are from.
  init(
    _ row: SourceRow, _ texts: RowTexts, _ roles: [Role], columns: [String]
  ) throws(TareError) {
    let texts = try texts.withSystem(of: row)
    let (context, more) = try row.context()
    self.init(
      prompt: texts.prompt,
      responses: zip(roles, texts.turns).map { Candidate(role: $0, turns: $1) }, context: context,
      columns: columns + texts.columns + more)
  }
}

private func conversation(_ row: SourceRow) throws(TareError) -> RowContent {
  let messages = try row.messages(try row.value("messages"), field: "messages")
  let response = try row.lastTurn(of: messages, field: "messages")
  return try RowContent(
    row, RowTexts(prompt: response.before, turns: [response.turns]), [.response],
    columns: ["messages"])
}

/// ms-swift's pairs: messages that end with the better answer, and in a column of its own the worse
/// one, as a text in place of the last message or as the messages after the last user's.
private func rejectedResponse(_ row: SourceRow) throws(TareError) -> RowContent {
  try swiftPair(row, rejected: "rejected_response")
}

/// The same with the whole of the worse conversation.
private func rejectedMessages(_ row: SourceRow) throws(TareError) -> RowContent {
  try swiftPair(row, rejected: "rejected_messages")
}

private func swiftPair(_ row: SourceRow, rejected column: String) throws(TareError) -> RowContent {
  let messages = try row.messages(try row.value("messages"), field: "messages")
  _ = try row.lastTurn(of: messages, field: "messages")
  var texts = [
    ResponseText(field: "messages", before: messages.dropLast(), turns: messages.suffix(1))
  ]
  let value = try row.value(column)
  let isText = (value.array?.first ?? value).string != nil
  let asked = messages.prefix((messages.lastIndex { !$0.isOfResponse } ?? -1) + 1)
  for var worse in try row.responses(column) {
    if worse.before.continuesPrompt {
      worse.before = (isText ? messages.dropLast() : Array(asked)) + worse.before
    }
    texts.append(worse)
  }
  guard let (prompt, turns) = texts.split else {
    throw row.error(
      column, found: "another prompt than in 'messages'", accepted: "responses to the same prompt")
  }
  return try RowContent(
    row, RowTexts(prompt: prompt, turns: turns),
    [.chosen] + texts.dropFirst().map { _ in .rejected }, columns: ["messages", column])
}

private func alpacaEval(_ row: SourceRow) throws(TareError) -> RowContent {
  try plain(row, prompt: "instruction", [("output", .response)])
}

/// Response A stays first, since JudgeBench decides ties by the order. `source` is the subset; it
/// and `label` are carried through, for JudgeBench's own score files.
private func judgeBench(_ row: SourceRow) throws(TareError) -> RowContent {
  let isABetter = try row.isABetter()
  var content = try plain(
    row, prompt: "question",
    [
      ("response_A", isABetter ? .chosen : .rejected),
      ("response_B", isABetter ? .rejected : .chosen),
    ])
  content.subset = try row.name("source")
  return content
}

/// A prompt and responses that are a text each.
private func plain(
  _ row: SourceRow, prompt column: String, _ columns: [(name: String, role: Role)]
) throws(TareError) -> RowContent {
  let prompt = try row.prompt(ofText: column)
  let turns = try columns.map { (column) throws(TareError) in
    [Message.assistant(try row.string(column.name))]
  }
  return try RowContent(
    row, RowTexts(prompt: prompt.whole, turns: turns, columns: prompt.columns),
    columns.map(\.role), columns: columns.map(\.name))
}
