/// Responses out of a row: strings, lists of messages, or lists of several responses.
import TareCore

extension SourceRow {
  /// A column's value, or the list that a string of it holds as JSON, as in CSV and in what databases
  /// export: in columns that hold lists, elsewhere where it is a list of messages.
  func value(_ column: String) throws(TareError) -> JSONValue {
    let value = columns[column] ?? .null
    guard let text = value.string else { return value }
    let isList =
      Self.listColumns.contains(column)
      && (isText || text.first { !$0.isWhitespace } == "[")
    guard isList || Self.isMessageList(text) else { return value }
    return try parsed(text, column)
  }

  private static let listColumns: Set = [
    "messages", "responses", "labels", "rejected_messages", "chosen_messages", "completions",
    "steps", "generations", "ratings", "conversations", "conversation_a", "conversation_b",
    "conversation_input", "bon_best", "loser_list",
  ]

  /// JSON that a string holds.
  func parsed(_ text: String, _ column: String) throws(TareError) -> JSONValue {
    do {
      return try JSONValue(parsing: text)
    } catch {
      throw self.error(column, found: "a list that is not JSON (\(error))", accepted: "JSON")
    }
  }

  /// Whether a cell holds a list of messages, be it as Python prints one: that is no JSON and must
  /// not be scored as text.
  static func isMessageList(_ text: String) -> Bool {
    guard text.hasPrefix("[") else { return false }
    if ["role", "content", "from", "value"].contains(where: { text.hasPrefix("[{'\($0)'") }) {
      return true
    }
    let first = (try? JSONValue(parsing: text))?.array?.first
    return first?["role"] != nil || first?["from"] != nil && first?["value"] != nil
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

  func response(_ value: JSONValue, field: String) throws(TareError) -> ResponseText {
    if let text = value.string {
      return ResponseText(field: field, before: [], turns: [.assistant(text)])
    }
    // A message by itself is the response, too.
    let isMessage = value["role"]?.string != nil || value["from"]?.string != nil
    let list = isMessage ? .array([value]) : value
    return try lastTurn(of: try messages(list, field: field), field: field)
  }

  /// Splits a conversation before its response, whose last message must be the assistant's.
  func lastTurn(of messages: [Message], field: String) throws(TareError) -> ResponseText {
    guard let last = messages.last, last.role == "assistant" else {
      throw error(
        field, found: "a last message from '\(messages.last?.role ?? "nobody")'",
        accepted: "a last message from 'assistant', which is scored")
    }
    let start = messages.responseStart
    return ResponseText(
      field: field, before: Array(messages[..<start]), turns: Array(messages[start...]))
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
        let turn = Turn.normalised(element)
        if let members = turn.object, members["role"] != nil, members.saysNothingKnown {
          throw .badData(
            place: "content", found: "none (the members are \(list(members.keys)))",
            accepted: "a string, a list of text parts, or null beside 'tool_calls'")
        }
        messages.append(try Message(turn))
      } catch {
        throw error.inside("\(place), column '\(field)[\(index)]'")
      }
    }
    return messages
  }
}

extension JSONObject {
  /// Whether a message has members that no template writes, and none that one does.
  fileprivate var saysNothingKnown: Bool {
    let written = ["content", "tool_calls", "reasoning_content", "reasoning", "thinking"]
    guard !written.contains(where: { self[$0] != nil }) else { return false }
    return !Set(keys).isSubset(of: ["role", "name", "id", "index", "weight", "timestamp", "date"])
  }
}
