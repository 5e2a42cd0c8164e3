/// Prompts and responses out of a row: strings, lists of messages, or lists of several responses.
import TareCore

/// A response as a column holds it.
struct ResponseText {
  /// The column, with the position where it holds several ("chosen[2]").
  let field: String
  /// The messages before the response; empty where the column holds its text alone.
  let before: [Message]
  let text: String
}

extension SourceRow {
  /// A column's value; in CSV, the list that a cell holds as JSON: always in `messages`, `responses` and
  /// `labels`, elsewhere where it is a list of messages.
  func value(_ column: String) throws(TareError) -> JSONValue {
    let value = columns[column] ?? .null
    guard isText, let text = value.string,
      ["messages", "responses", "labels", "completions", "steps"].contains(column)
        || isMessageList(text)
    else { return value }
    do {
      return try JSONValue(parsing: text)
    } catch {
      throw self.error(column, found: "a list that is not JSON (\(error))", accepted: "JSON")
    }
  }

  /// Whether a cell holds a list of messages, be it as Python prints one: that is no JSON and must
  /// not be scored as text.
  private func isMessageList(_ text: String) -> Bool {
    guard text.hasPrefix("[") else { return false }
    return text.hasPrefix("[{'role'") || text.hasPrefix("[{'content'")
      || (try? JSONValue(parsing: text))?.array?.first?["role"] != nil
  }

  /// The responses of a column that holds one, or a list of several.
  func responses(_ column: String) throws(TareError) -> [ResponseText] {
    let value = try value(column)
    guard let elements = value.array, elements.first?.object == nil else {
      return [try response(value, field: column)]
    }
    guard !elements.isEmpty else {
      throw error(column, found: "an empty list", accepted: "at least one response")
    }
    var responses: [ResponseText] = []
    for (index, element) in elements.enumerated() {
      responses.append(try response(element, field: "\(column)[\(index)]"))
    }
    return responses
  }

  private func response(_ value: JSONValue, field: String) throws(TareError) -> ResponseText {
    if let text = value.string { return ResponseText(field: field, before: [], text: text) }
    return try lastTurn(of: try messages(value, field: field), field: field)
  }

  /// Splits a conversation before its last message, which must be the assistant's.
  func lastTurn(of messages: [Message], field: String) throws(TareError) -> ResponseText {
    guard let last = messages.last, last.role == "assistant" else {
      throw error(
        field, found: "a last message from '\(messages.last?.role ?? "nobody")'",
        accepted: "a last message from 'assistant', the one that is scored")
    }
    return ResponseText(field: field, before: messages.dropLast(), text: last.content)
  }

  func messages(_ value: JSONValue, field: String) throws(TareError) -> [Message] {
    guard let elements = value.array else {
      let alternative = field == "messages" ? "" : "a string or "
      throw error(
        field, found: value.kindName,
        accepted: "\(alternative)a list of messages {\"role\", \"content\"}")
    }
    guard !elements.isEmpty else {
      throw error(field, found: "an empty list", accepted: "at least one message")
    }
    var messages: [Message] = []
    for (index, element) in elements.enumerated() {
      do throws(TareError) {
        messages.append(try Message(element))
      } catch {
        throw error.inside("\(place), column '\(field)[\(index)]'")
      }
    }
    return messages
  }

  /// The one prompt of the responses, from the column `prompt`, from the messages before the
  /// responses, or from both where they agree.
  func prompt(of responses: [ResponseText]) throws(TareError) -> [Message] {
    let column = try promptColumn()
    var prompt: [Message]?
    for response in responses {
      let own = try self.prompt(of: response, column: column)
      if let prompt, prompt != own {
        throw error(
          response.field, found: "another prompt than in '\(responses[0].field)'",
          accepted: "responses to the same prompt")
      }
      prompt = own
    }
    return prompt ?? []
  }

  private func prompt(
    of response: ResponseText, column: [Message]?
  ) throws(TareError) -> [Message] {
    // Without messages before it, or with only those of a completion that goes on from the prompt,
    // the response needs the column.
    guard let first = response.before.first, first.role != "assistant" else {
      guard let column else {
        throw error(
          "prompt", found: "no such column, and '\(response.field)' holds no prompt",
          accepted: "a string or a list of messages")
      }
      return column + response.before
    }
    guard let column else { return response.before }
    let agrees =
      response.before.contains { [$0] == column } || response.before.starts(with: column)
      || response.before.suffix(column.count) == column[...]
    guard agrees else {
      throw error(
        response.field, found: "messages that do not hold the prompt of column 'prompt'",
        accepted: "the same prompt, or the response alone")
    }
    return response.before
  }

  /// The column `prompt`; nil where there is none.
  func promptColumn() throws(TareError) -> [Message]? {
    guard has("prompt") else { return nil }
    let value = try value("prompt")
    if let text = value.string { return [.user(text)] }
    return try messages(value, field: "prompt")
  }
}
