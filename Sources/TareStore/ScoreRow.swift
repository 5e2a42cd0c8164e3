/// A line of `tare score`'s output, which is also what a run is exported to and imported from:
/// `{"id", "role", "index", "score", "score_sd"?, "tokens", "length", "truncated", "read_at", "steps"?, …, "prompt",
/// "response", "tools"?, "documents"?, "chat_template_kwargs"?}`.
package import TareCore

/// A line as it is read.
struct ScoreRow {
  var promptID: String
  var role: Role
  var index: Int
  var score: StoredScore
  var length: Int
  var truncated: Bool
  var subset: String?
  var section: String?
  /// Which of the prompt's pairs it is of, from 0; nil for the first.
  var pair: Int?
  var texts: (prompt: StoredPrompt, turns: [Message])?
  /// Columns of other names.
  var extras: JSONObject

  static let keys: Set<String> = [
    "id", "role", "index", "pair", "score", "tokens", "length", "truncated", "read_at", "steps",
    "subset", "section", "prompt", "response", "tools", "documents", "chat_template_kwargs",
  ]

  /// What the chat template was told of beside the texts.
  private static let contextKeys: Set = ["tools", "documents", "chat_template_kwargs"]

  /// - Throws: `TareError.badData` whose place is the member's name. Only `id`, `score` and either
  ///   `length` or `response` must be there.
  init(_ row: JSONObject) throws(TareError) {
    let row = row.withTodaysNames
    promptID = try row.required("id", "an integer or a string without NUL characters") { id in
      id.int.map(String.init) ?? id.name
    }
    let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
    role =
      try row.optional("role", roles) { $0.string.flatMap(Role.init(rawValue:)) } ?? .response
    index = try row.optional("index", "an integer of at least 0", \.natural) ?? 0
    pair = try row.optional("pair", "an integer of at least 0", \.natural)
    let tokens = try row.optional("tokens", "an integer of at least 0", \.natural) ?? 0
    let value = try row.required("score", "a finite number in the range of a float32") { score in
      score.double.map(Float.init).flatMap { $0.isFinite ? $0 : nil }
    }
    let readAt =
      try row.optional("read_at", "an integer of at least 0 and below tokens") { readAt in
        readAt.natural.flatMap { $0 < max(tokens, 1) ? $0 : nil }
      } ?? 0
    let steps = try row.optional("steps", "an array of {\"position\", \"score\"}") { steps in
      steps.stepRows
    }
    let deviation = try row.optional(RunItem.deviationColumn, "a number of at least 0") {
      $0.double.map(Float.init).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
    score = StoredScore(
      value: value, tokens: tokens, readAt: readAt, deviation: deviation, steps: steps ?? [])
    truncated = try row.optional("truncated", "true or false", \.bool) ?? false
    subset = try row.optional("subset", "a string without NUL characters", \.name)
    section = try row.optional("section", "a string without NUL characters", \.name)
    let prompt = try row.optional("prompt", "a list of messages", \.messages)
    let response = try row.optional("response", "a string or a list of messages", \.turns)
    if let prompt, let response {
      let context = try TemplateContext(json: row)
      texts = (StoredPrompt(messages: prompt, context: context), response)
    }
    if let response {
      length = response.response.unicodeScalars.count
    } else {
      length = try row.required("length", "an integer of at least 0", \.natural)
    }
    extras = row
    extras[RunItem.deviationColumn] = nil
    for key in Self.keys where texts != nil || !Self.contextKeys.contains(key) {
      extras[key] = nil
    }
  }
}

extension RunItem {
  /// The item as a line of output; what is not known yet of an item without a score is null.
  ///
  /// A column that was carried through and has a name of ours gets "input_" before it.
  package var scoreRow: JSONObject {
    var row: JSONObject = [
      "id": .string(promptID), "role": .string(role.rawValue), "index": .int(index),
      "score": score.map { .double(Double($0.value)) } ?? .null,
      "tokens": score.map { .int($0.tokens) } ?? .null, "length": .int(length),
      "truncated": score.map { .bool($0.truncated) } ?? .null,
      "read_at": score.map { .int($0.readAt) } ?? .null,
    ]
    row[RunItem.deviationColumn] = score?.deviation.map { .double(Double($0)) }
    if let steps = score?.steps, !steps.isEmpty {
      row["steps"] = .array(
        steps.map {
          ["position": .int($0.position), "score": .double(Double($0.value))]
        })
    }
    // Of a prompt with several pairs, which of them were compared.
    row["pair"] = pair.map { .int($0) }
    row["subset"] = subset.map { .string($0) }
    row["section"] = section.map { .string($0) }
    for (key, value) in extras.members where key != "index" || givenIndex != index {
      // A column of that name is the input's own where the head has no deviations.
      let isTaken = ScoreRow.keys.contains(key) || key == Self.deviationColumn && row[key] != nil
      row[isTaken ? "input_" + key : key] = value
    }
    if let conversation {
      row["prompt"] = JSONValue(conversation.prompt)
      row["response"] = conversation.turns.responseJSON
      for (key, value) in conversation.context.json.members { row[key] = value }
    }
    return row
  }
}

extension JSONObject {
  /// - Returns: nil if the member is missing or null.
  fileprivate func optional<Value>(
    _ key: String, _ accepted: String, _ read: (JSONValue) -> Value?
  ) throws(TareError) -> Value? {
    guard let member = self[key], member != .null else { return nil }
    guard let value = read(member) else {
      throw .badData(place: key, found: member.text(), accepted: accepted)
    }
    return value
  }

  fileprivate func required<Value>(
    _ key: String, _ accepted: String, _ read: (JSONValue) -> Value?
  ) throws(TareError) -> Value {
    guard let value = try optional(key, accepted, read) else {
      throw .badData(place: key, found: "nothing", accepted: accepted)
    }
    return value
  }
}

extension JSONValue {
  /// The string if it can be a name in the store.
  fileprivate var name: String? { string.flatMap { $0.contains("\0") ? nil : $0 } }

  /// A response: a text, or messages that end with the assistant's.
  fileprivate var turns: [Message]? {
    if let string { return [.assistant(string)] }
    return messages.flatMap { $0.last?.role == "assistant" ? $0 : nil }
  }

  /// An array of steps as lines of output have them; nil if it is none.
  fileprivate var stepRows: [StepScore]? {
    guard let array else { return nil }
    let steps = array.compactMap { step -> StepScore? in
      guard let position = step["position"]?.natural, let score = step["score"]?.double,
        Float(score).isFinite
      else { return nil }
      return StepScore(position: position, value: Float(score))
    }
    return steps.count == array.count ? steps : nil
  }

  /// The integer if it is not negative.
  fileprivate var natural: Int? { int.flatMap { $0 >= 0 ? $0 : nil } }
}

extension JSONObject {
  /// The row under today's names: until version 0.1 `tare score` wrote `readAt`.
  package var withTodaysNames: JSONObject {
    guard let readAt = self["readAt"], self["read_at"] == nil else { return self }
    var row = self
    row["readAt"] = nil
    row["read_at"] = readAt
    return row
  }
}
