/// The roles that a reranker's chat template knows: a query and a document, in place of user and assistant.
internal import TareCore
internal import TareTemplates

package struct PairRoles: Sendable, Equatable {
  package var prompt = "query"
  package var response = "document"
  /// Whether a template gets messages of these roles.
  package var areUsed = true
  /// Whether contents are lists of parts.
  package var haveParts = false
  /// Whether a system message can stand before the pair.
  package var takeSystem = true

  package init() {}

  /// The messages as the template knows them.
  /// - Throws: `TareError.badData` for a conversation that is no pair of texts.
  func applied(_ messages: [Message]) throws(TareError) -> [Message] {
    var rest = messages[...]
    var result: [Message] = []
    if takeSystem, let first = rest.first, first.role == "system" {
      result.append(rest.removeFirst())
    }
    guard rest.count == 2, let user = rest.first, user.role == "user", let answer = rest.last,
      answer.role == "assistant"
    else {
      let found = messages.map(\.role).joined(separator: ", ")
      throw .badData(
        place: "messages", found: "the roles \(found)",
        accepted: (takeSystem ? "an optional system message, " : "") + "one user and one assistant "
          + "message, as the model reads a \(prompt) and a \(response)")
    }
    result += [Message(role: prompt, content: user.content)]
    result += [Message(role: response, content: answer.content)]
    guard haveParts else { return result }
    return result.map { message in
      var message = message
      message["content"] = [["type": "text", "text": .string(message.content)]]
      return message
    }
  }

  /// Whether a template writes the contents of both roles.
  func reach(
    _ template: ChatTemplate, variables: [String: JSONValue], date: CalendarDate
  ) -> Bool {
    let (question, answer) = ("a1b2question", "a1b2answer")
    guard let messages = try? applied([.user(question), .assistant(answer)]),
      let text = try? template.render(
        messages: messages, addGenerationPrompt: false, variables: variables, date: date)
    else { return false }
    return text.contains(question) && text.contains(answer)
  }
}
