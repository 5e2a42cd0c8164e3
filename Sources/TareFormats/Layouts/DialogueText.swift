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
    let bytes = Array(("\n\n" + text.trimmed).utf8)
    var found: [(role: String, mark: Int, content: Int)] = []
    var place = 0
    while place < bytes.count {
      guard bytes[place] == newLine,
        let (mark, role) = turns.first(where: { bytes[place...].starts(with: $0.0.utf8) })
      else {
        place += 1
        continue
      }
      found.append((role, place, place + mark.utf8.count))
      place += mark.utf8.count
    }
    // What stands before the first turn would be lost.
    guard found.first?.mark == 0 else { return [] }
    return found.indices.map { turn in
      let end = turn + 1 < found.count ? found[turn + 1].mark : bytes.count
      let content = String(decoding: bytes[found[turn].content..<end], as: UTF8.self)
      return Message(role: found[turn].role, content: content.trimmed)
    }
  }

  /// What NVIDIA's data sets write before each further turn of a prompt.
  private static let steeringMark = "<extra_id_1>"

  /// The turns of a prompt as HelpSteer and HelpSteer2 have them: the first is the user's, and a line
  /// `<extra_id_1>User` or `<extra_id_1>Assistant` stands above each further one; nil for other texts.
  static func steeringTurns(_ text: String) -> [Message]? {
    let parts = text.components(separatedBy: "\n" + steeringMark)
    guard parts.count > 1, !parts[0].contains(steeringMark) else { return nil }
    var messages = [Message.user(parts[0])]
    for part in parts.dropFirst() {
      guard let end = part.firstIndex(of: "\n") else { return nil }
      let content = String(part[part.index(after: end)...])
      switch part[..<end] {
      case "User": messages.append(.user(content))
      case "Assistant": messages.append(.assistant(content))
      default: return nil
      }
    }
    return messages.last?.role == "user" ? messages : nil
  }

  /// The turns before the answer.
  static func prompt(_ text: String) -> [Message] {
    var messages = messages(text)
    if messages.last?.role == "assistant", messages.last?.content == "" { messages.removeLast() }
    return messages
  }
}
