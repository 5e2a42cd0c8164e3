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
    .stepwise,
    .processBench,
    RowShape(
      needs: ["question", "response_A", "response_B", "label"],
      marks: ["response_A", "response_B"],
      read: judgeBench),
    RowShape(needs: ["messages"], marks: ["messages"], read: conversation),
    RowShape(needs: ["instruction", "output"], marks: ["output"], read: alpacaEval),
  ]

  /// What a message about unknown rows lists.
  static let summary =
    "messages | prompt, response | prompt, chosen, rejected | prompt, responses"
    + " | prompt, completions, labels | problem, steps, label"
    + " | instruction, output | question, response_A, response_B, label"

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

/// `labels`, 1 or 0 for each response, tell right from wrong ones; a column of that name with anything
/// else is carried through.
private func candidates(_ row: SourceRow) throws(TareError) -> RowContent {
  var content = try content(row, [("responses", .response)])
  guard let labels = row.has("labels") ? try row.value("labels").array : nil else { return content }
  let roles = labels.compactMap { label -> Role? in
    switch label {
    case .bool(true), 1: .chosen
    case .bool(false), 0: .rejected
    default: nil
    }
  }
  guard roles.count == labels.count else { return content }
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

/// Responses in one column or more, with their prompt in its own column or before them.
private func content(
  _ row: SourceRow, _ columns: [(name: String, role: Role)]
) throws(TareError) -> RowContent {
  var texts: [ResponseText] = []
  var responses: [Candidate] = []
  for column in columns {
    let values = try row.responses(column.name)
    texts += values
    responses += values.map { Candidate(role: column.role, text: $0.text) }
  }
  return RowContent(
    prompt: try row.prompt(of: texts), responses: responses,
    columns: columns.map(\.name) + ["prompt"])
}

private func conversation(_ row: SourceRow) throws(TareError) -> RowContent {
  let messages = try row.messages(try row.value("messages"), field: "messages")
  let response = try row.lastTurn(of: messages, field: "messages")
  return RowContent(
    prompt: response.before, responses: [Candidate(role: .response, text: response.text)],
    columns: ["messages"])
}

private func alpacaEval(_ row: SourceRow) throws(TareError) -> RowContent {
  RowContent(
    prompt: [.user(try row.string("instruction"))],
    responses: [Candidate(role: .response, text: try row.string("output"))],
    columns: ["instruction", "output"])
}

/// Response A stays first, since JudgeBench decides ties by the order. `source` is the subset; it
/// and `label` are carried through, for JudgeBench's own score files.
private func judgeBench(_ row: SourceRow) throws(TareError) -> RowContent {
  let isABetter = try row.isABetter()
  let a = Candidate(role: isABetter ? .chosen : .rejected, text: try row.string("response_A"))
  let b = Candidate(role: isABetter ? .rejected : .chosen, text: try row.string("response_B"))
  return RowContent(
    prompt: [.user(try row.string("question"))], responses: [a, b],
    columns: ["question", "response_A", "response_B"], subset: try row.name("source"))
}
