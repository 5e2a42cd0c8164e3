/// Messages as transformers 5.23's `apply_chat_template` hands them to a template.
package import TareCore

extension ChatTemplate {
  /// The conversation as the text that the model reads, its messages handed over as transformers does.
  package func render(
    messages: [Message], addGenerationPrompt: Bool, variables: [String: JSONValue] = [:],
    date: CalendarDate
  ) throws(TareError) -> String {
    try render(
      messages: messages.map(\.asTemplatesSeeIt), addGenerationPrompt: addGenerationPrompt,
      variables: variables, date: date)
  }
}

extension Message {
  /// The names that the reasoning of a turn has, the one that templates read first.
  private static let reasoningNames = ["reasoning_content", "thinking", "reasoning"]

  /// All members but those that are null, and the reasoning under the names that templates look for.
  ///
  /// A content that is null stays: templates tell it from one that is missing. (The tokenizer's
  /// `apply_chat_template` leaves it out, transformers' `render_jinja_template` does not.)
  fileprivate var asTemplatesSeeIt: JSONValue {
    var seen = JSONObject()
    let reasoning = Self.reasoningNames.lazy.compactMap { self[$0] }.first { $0 != .null }
    // First of all, whoever gave it: templates that print whole messages show the order.
    if let reasoning { seen["thinking"] = reasoning }
    for (name, value) in members.members where value != .null || name == "content" {
      seen[name] = value
    }
    if let reasoning { seen["reasoning_content"] = reasoning }
    return .object(seen)
  }

  /// The message without its content where that is null; nil where it is not.
  package var withoutNullContent: Message? {
    guard self["content"] == .some(.null) else { return nil }
    var message = self
    message["content"] = nil
    return message
  }
}
