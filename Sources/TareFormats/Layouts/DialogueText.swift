/// Conversations as one text, with `Human:` and `Assistant:` before each turn.
import Foundation
import TareCore

enum DialogueText {
  private static let turns = [("\n\nHuman:", "user"), ("\n\nAssistant:", "assistant")]

  /// Whether a text begins with a human's turn and has an assistant's.
  static func isWhole(_ text: String) -> Bool {
    begins(text) && text.contains("\n\nAssistant:")
  }

  /// Whether a text begins with a human's turn and ends where the assistant is to answer.
  static func isPrompt(_ text: String) -> Bool {
    begins(text) && text.trimmed.hasSuffix("\n\nAssistant:")
  }

  private static func begins(_ text: String) -> Bool { text.trimmed.hasPrefix("Human:") }

  /// The turns, without the white space around each.
  static func messages(_ text: String) -> [Message] {
    var rest = "\n\n" + text.trimmed
    var messages: [Message] = []
    while let turn = turns.first(where: { rest.hasPrefix($0.0) }) {
      rest.removeFirst(turn.0.count)
      let next = turns.compactMap { rest.range(of: $0.0, options: .literal)?.lowerBound }.min()
      messages.append(
        Message(role: turn.1, content: String(rest[..<(next ?? rest.endIndex)]).trimmed))
      rest = String(rest[(next ?? rest.endIndex)...])
    }
    return messages
  }

  /// The turns before the answer.
  static func prompt(_ text: String) -> [Message] {
    var messages = messages(text)
    if messages.last?.role == "assistant", messages.last?.content == "" { messages.removeLast() }
    return messages
  }
}
