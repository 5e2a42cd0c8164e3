/// Texts that do not end where their last message does.
internal import Foundation
internal import TareCore

extension TextModel {
  /// - Throws: `TareError.badData` for an ending that a pair of texts does not have.
  func check(_ ending: ConversationEnding) throws(TareError) {
    guard case .pair = layout, ending == .generationPrompt || ending == .unfinished else {
      return
    }
    throw .badData(
      place: "messages", found: "a model that reads prompt and response as a pair",
      accepted: "neither add_generation_prompt nor continue_final_message")
  }

  /// What transformers calls its mark; the space at its end tells whether a template trims the message.
  private static let mark = "CONTINUE_FINAL_MESSAGE_TAG "

  /// The conversation's text up to the end of its last message's content, as transformers 5.23's
  /// `continue_final_message` cuts it: the content gets a mark, which is looked for in what is rendered.
  ///
  /// - Throws: `TareError.badData` if there is nothing to go on with, or the template changes it.
  static func unfinished(
    _ messages: [Message],
    _ render: ([Message]) throws(TareError) -> String
  ) throws(TareError) -> String {
    var messages = messages
    var last = ""
    switch messages.last?["content"] {
    case .string(let text)?:
      last = text
      messages[messages.count - 1]["content"] = .string(text + mark)
    case .array(var parts)?:
      guard let index = parts.lastIndex(where: { $0["text"]?.string != nil }),
        var part = parts[index].object
      else { throw nothingToContinue("parts without a text") }
      last = part["text"]?.string ?? ""
      part["text"] = .string(last + mark)
      parts[index] = .object(part)
      messages[messages.count - 1]["content"] = .array(parts)
    default: throw nothingToContinue("no content")
    }
    let text = try render(messages)
    let trimmed = last.trimmingCharacters(in: .whitespacesAndNewlines)
    let bare = mark.trimmingCharacters(in: .whitespaces)
    guard trimmed.isEmpty || text.range(of: trimmed, options: .literal) != nil,
      let place = text.range(of: bare, options: [.literal, .backwards])
    else { throw nothingToContinue("content that the chat template changes or leaves out") }
    var kept = text.unicodeScalars[..<place.lowerBound]
    guard !text.unicodeScalars[place.lowerBound...].starts(with: mark.unicodeScalars) else {
      return String(kept)
    }
    // The template has trimmed the message, whose own white space is gone as well.
    while let scalar = kept.last, CharacterSet.whitespacesAndNewlines.contains(scalar) {
      kept.removeLast()
    }
    return String(kept)
  }

  private static func nothingToContinue(_ found: String) -> TareError {
    .badData(
      place: "last message", found: found,
      accepted: "content that continue_final_message can continue")
  }
}
