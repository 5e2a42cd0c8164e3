/// Contents of messages in the form that a chat template reads.
package import TareCore
internal import TareTemplates

extension TextModel {
  /// The conversation with every content as a list of text parts where the template goes over parts, else as
  /// a string, its parts on lines of their own; so vLLM hands over the messages of its requests
  /// (`_parse_chat_message_content` in vllm/entrypoints/chat_utils.py).
  ///
  /// A tool's answer is a string for every template.
  package func fitted(_ conversation: Conversation) -> Conversation {
    guard let template = template(for: conversation.context)?.template else { return conversation }
    let readsParts = template.readsParts
    var fitted = conversation
    if !template.literalText.contains("developer") { fitted = fitted.withoutDevelopers }
    fitted.prompt = fitted.prompt.map { $0.fitted(readsParts) }
    fitted.turns = fitted.turns.map { $0.fitted(readsParts) }
    return fitted
  }
}

extension Conversation {
  /// The developer's messages as the system's, for a template that does not know the role; all of them are
  /// then one, at the beginning (vllm/renderers/hf.py, 0.32).
  fileprivate var withoutDevelopers: Conversation {
    guard messages.contains(where: { $0.role == "developer" }) else { return self }
    func isOfSystem(_ message: Message) -> Bool { ["system", "developer"].contains(message.role) }
    let texts = messages.filter(isOfSystem).map { message in
      message["content"]?.texts.joined(separator: "\n") ?? ""
    }
    return Conversation(
      messages: [.system(texts.filter { !$0.isEmpty }.joined(separator: "\n\n"))]
        + messages.filter { !isOfSystem($0) }, context: context)
  }
}

extension JSONValue {
  /// The texts of a message's content, a string or a list of parts.
  fileprivate var texts: [String] {
    switch self {
    case .string(let text): [text]
    case .array(let parts): parts.compactMap { $0.string ?? $0["text"]?.string }
    default: []
    }
  }
}

extension Message {
  fileprivate func fitted(_ readsParts: Bool) -> Message {
    let texts = self["content"]?.texts ?? []
    var message = self
    message["content"] =
      readsParts && role != "tool"
      ? .array(texts.map { ["type": "text", "text": .string($0)] })
      : .string(texts.joined(separator: "\n"))
    return message
  }
}
