/// The prompt that a row's responses answer: from a column of its own, or from the messages before the
/// responses, with what other columns put around it.
import TareCore

/// A row's prompt and responses, as a model reads them.
struct RowTexts {
  var prompt: [Message]
  /// The messages of each response, in the order of the responses.
  var turns: [[Message]]
  /// The columns besides those of the responses that were read.
  var columns: [String] = []
  /// Whether the responses answer the same messages; else each has its own, after what all share.
  var sharesPrompt = true
}

extension SourceRow {
  /// Responses with their one prompt, from a column, from the messages before the responses, or from
  /// both where they agree.
  func texts(of responses: [ResponseText]) throws(TareError) -> RowTexts {
    if responses.allSatisfy({ $0.turns.contains(where: \.isRendered) }) {
      var texts = RowTexts(prompt: [], turns: responses.map(\.turns), columns: ["prompt"])
      texts.sharesPrompt = false
      return texts
    }
    // What `score` writes where each response has messages of its own.
    let hasNoPrompt =
      columns["prompt"]?.array?.isEmpty == true
      && responses.allSatisfy { !$0.before.continuesPrompt }
    let own = hasNoPrompt ? nil : try promptColumn()
    let alone = own == nil ? try promptOfResponsesAlone() : own
    var placed: [ResponseText] = []
    var used = columns["prompt"] == nil ? [] : ["prompt"]
    for response in responses {
      if response.before.continuesPrompt, let alone {
        placed.append(response.placed(after: alone.whole))
        used += alone.columns
      } else {
        placed.append(try response.placed(holding: own?.messages, of: self))
      }
    }
    var texts = placed.split
    texts.columns = used
    return texts
  }

  /// The column `prompt`; nil where there is none.
  func promptColumn() throws(TareError) -> RowPrompt? {
    guard has("prompt") else { return nil }
    let value = try value("prompt")
    guard let text = value.string else {
      if let turns = columns["history"]?.array, !turns.isEmpty {
        throw error(
          "history", found: "a history and a prompt that is a list of messages",
          accepted: "the history in 'prompt', or a prompt that is a string")
      }
      return RowPrompt(messages: try messages(value, field: "prompt"))
    }
    if DialogueText.isPrompt(text) { return RowPrompt(messages: DialogueText.prompt(text)) }
    if let turns = DialogueText.steeringTurns(text) { return RowPrompt(messages: turns) }
    return try withHistory(RowPrompt(messages: [.user(text)]))
  }

  /// A prompt that is a text: with `input` after an `instruction`, as Alpaca has them, and `history`
  /// before it.
  func prompt(ofText column: String) throws(TareError) -> RowPrompt {
    var prompt = RowPrompt(messages: [.user(try string(column))], columns: [column])
    if column == "instruction", let input = columns["input"]?.string, !input.isEmpty {
      prompt.messages = [.user("\(try string(column))\n\(input)")]
      prompt.columns.append("input")
    }
    return try withHistory(prompt)
  }

  /// Columns that can hold a prompt's text where there is no column `prompt`, the first counts.
  static let promptTexts = [
    "instruction", "question", "query", "input", "problem", "orig_instruction", "user_input",
    "context",
  ]
  /// Columns that can hold the messages before a response.
  static let promptMessages = [
    "messages", "conversations", "conversation_input", "conversation", "context", "input",
  ]

  /// The prompt of responses that hold none, where there is no column `prompt`: an `instruction`, a
  /// `question` or the like, or messages that end before the response.
  private func promptOfResponsesAlone() throws(TareError) -> RowPrompt? {
    for column in Self.promptMessages {
      let value = try value(column)
      guard value.array?.first?.object != nil else { continue }
      let messages = try messages(value, field: column)
      guard messages.last?.role != "assistant" else { continue }
      return RowPrompt(messages: messages, columns: [column])
    }
    for column in Self.promptTexts where columns[column]?.string != nil {
      return try prompt(ofText: column)
    }
    return nil
  }

  /// Turns before a prompt that is a text: pairs of a user's and an assistant's text, as
  /// LLaMA-Factory has them, or messages. Anything else is no history.
  private func withHistory(_ prompt: RowPrompt) throws(TareError) -> RowPrompt {
    var value = columns["history"] ?? .null
    if let text = value.string, text.hasPrefix("[") { value = try parsed(text, "history") }
    guard let turns = value.array, let first = turns.first,
      first.object != nil || first.array != nil
    else { return prompt }
    var prompt = prompt
    prompt.columns.append("history")
    if first.object != nil {
      prompt.history = try messages(value, field: "history")
      return prompt
    }
    for (index, turn) in turns.enumerated() {
      guard let texts = turn.array?.compactMap(\.string), texts.count == 2, turn.array?.count == 2
      else {
        throw error(
          "history[\(index)]", found: turn.kindName,
          accepted: "two strings, the user's and the assistant's")
      }
      prompt.history += [.user(texts[0]), .assistant(texts[1])]
    }
    return prompt
  }
}

/// A prompt from columns of its own.
struct RowPrompt {
  var messages: [Message]
  var history: [Message] = []
  /// The columns that it was read from, but for `prompt`.
  var columns: [String] = []

  var whole: [Message] { history + messages }
}

extension ResponseText {
  /// The response after a prompt that it does not hold.
  fileprivate func placed(after prompt: [Message]) -> ResponseText {
    ResponseText(field: field, before: prompt + before, turns: turns)
  }

  /// The response with the prompt that it holds, which must be that of the column `prompt`, if there
  /// is one.
  fileprivate func placed(
    holding column: [Message]?, of row: SourceRow
  ) throws(TareError) -> ResponseText {
    guard !before.continuesPrompt else {
      throw row.error(
        "prompt",
        found: "no such column, and no prompt in '\(field)'; the columns are \(row.columnNames)",
        accepted: "a string or a list of messages")
    }
    guard let column else { return self }
    if column.count > before.count, messages.count > column.count, messages.starts(with: column) {
      // The prompt ends with what a tool answered.
      return ResponseText(
        field: field, before: column, turns: Array(messages.dropFirst(column.count)))
    }
    let agrees =
      before.contains { [$0] == column } || before.starts(with: column)
      || before.suffix(column.count) == column[...]
    guard agrees else {
      throw row.error(
        field, found: "messages that do not begin with the prompt of column 'prompt'",
        accepted: "the same prompt, or only the response")
    }
    return self
  }
}

extension RowTexts {
  static let systemColumns = ["system", "system_prompt"]

  /// With the system message of a column before the prompt, where the prompt has none.
  func withSystem(of row: SourceRow) throws(TareError) -> RowTexts {
    var texts = self
    for column in Self.systemColumns {
      let value = row.columns[column] ?? .null
      if value.object.map({ !$0.isEmpty }) ?? value.array.map({ !$0.isEmpty }) ?? false {
        throw row.error(column, found: value.kindName, accepted: "a system message as a string")
      }
      guard let system = value.string, !system.isEmpty else { continue }
      if let first = texts.prompt.first, first.role == "system" {
        guard first.content == system else {
          throw row.error(
            column, found: "a different system message than in the prompt",
            accepted: "one system message")
        }
      } else {
        texts.prompt.insert(.system(system), at: 0)
      }
      texts.columns.append(column)
    }
    return texts
  }
}
