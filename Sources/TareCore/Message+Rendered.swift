/// Texts that a chat template has rendered already, in the place of a message.

extension Message {
  /// The member that marks such a text: no template is applied to it.
  package static let renderedMember = "tare.rendered"

  /// A whole conversation as a template has rendered it.
  package static func rendered(_ text: String) -> Message {
    var message = Message.assistant(text)
    message[renderedMember] = true
    return message
  }

  package var isRendered: Bool { self[Self.renderedMember] == true }
}

extension Conversation {
  /// The whole text, where it was rendered already; nil for messages.
  package var renderedText: String? {
    prompt.isEmpty && turns.count == 1 && turns[0].isRendered ? turns[0].content : nil
  }
}
