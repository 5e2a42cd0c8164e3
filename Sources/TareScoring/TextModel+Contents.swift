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
    fitted.prompt = conversation.prompt.map { $0.fitted(readsParts) }
    fitted.turns = conversation.turns.map { $0.fitted(readsParts) }
    return fitted
  }
}

extension Message {
  fileprivate func fitted(_ readsParts: Bool) -> Message {
    let texts: [String]
    switch self["content"] {
    case .string(let text)?: texts = [text]
    case .array(let parts)?: texts = parts.compactMap { $0.string ?? $0["text"]?.string }
    default: texts = []
    }
    var message = self
    message["content"] =
      readsParts && role != "tool"
      ? .array(texts.map { ["type": "text", "text": .string($0)] })
      : .string(texts.joined(separator: "\n"))
    return message
  }
}
