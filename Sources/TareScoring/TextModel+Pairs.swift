/// What two texts without a template cannot say of a conversation.
internal import TareCore

extension TextModel {
  /// - Throws: `TareError.badData` that names what an encoder's pair of texts has no place for.
  func requirePlain(
    _ conversation: Conversation, _ options: ScoringOptions
  ) throws(TareError) {
    guard let found = conversation.beyondTexts(options) else { return }
    throw .badData(
      place: "conversation", found: found,
      accepted: "plain messages, as \(name) has no chat template and reads prompt and response as "
        + "two texts")
  }
}

extension Conversation {
  fileprivate func beyondTexts(_ options: ScoringOptions) -> String? {
    if context.tools != nil { return "tools" }
    if context.documents != nil { return "documents" }
    if let name = context.variables.keys.first ?? options.variables.keys.first {
      return "the template variable '\(name)'"
    }
    if turns.count > 1 { return "a response of \(turns.count) messages" }
    return messages.lazy.compactMap(\.beyondText).first
  }
}

extension Message {
  private static let members = [
    "tool_calls", "function_call", "reasoning_content", "reasoning", "thinking", "documents",
  ]
  private static let roles: Set = ["system", "developer", "user", "assistant"]

  fileprivate var beyondText: String? {
    guard Self.roles.contains(role) else { return "a message of the role '\(role)'" }
    let member = Self.members.first { name in
      switch self[name] {
      case nil, .null?, .string("")?, .array([])?: false
      default: true
      }
    }
    return member.map { "a message with '\($0)'" }
  }
}
