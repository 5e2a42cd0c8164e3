/// A response as a column holds it: its text, or the messages that end with it.
import TareCore

struct ResponseText {
  /// The column, with the position where it holds several ("chosen[2]").
  let field: String
  /// The messages before the response; empty where the column holds the response alone.
  var before: [Message]
  /// The response's own messages, of which the last is the assistant's.
  var turns: [Message]

  var text: String { turns.response }
  /// The whole conversation, as far as it is known.
  var messages: [Message] { before + turns }
}

extension [Message] {
  /// Where the response at the end begins: at the last message, or, where tools are called or a turn
  /// has more than a text, after the last message that is not the model's or a tool's.
  var responseStart: Int {
    let start = lastIndex { !$0.isOfResponse }.map { $0 + 1 } ?? 0
    return self[start...].allSatisfy(\.isPlain) ? Swift.max(count - 1, 0) : start
  }

  /// Whether the list begins within a response, and so has no prompt of its own.
  var continuesPrompt: Bool { first?.isOfResponse ?? true }
}

extension Message {
  private static let rolesOfResponse: Set = [
    "assistant", "tool", "tool_call", "tool_response", "function", "function_call", "ipython",
    "observation",
  ]

  /// Whether it may stand within a response: the model's own, or what a tool answered.
  var isOfResponse: Bool { Self.rolesOfResponse.contains(role) }
}

extension [ResponseText] {
  /// The prompt that they all answer, and the messages of each after it.
  ///
  /// Where their messages before the response differ, the prompt is what they have in common, which may
  /// be nothing, and the rest is each response's own: it is scored with its own conversation.
  var split: RowTexts {
    guard let first else { return RowTexts(prompt: [], turns: []) }
    if allSatisfy({ $0.before == first.before }) {
      return RowTexts(prompt: first.before, turns: map(\.turns))
    }
    let whole = map(\.messages)
    var count = whole.map { $0.count - 1 }.min() ?? 0
    for messages in whole {
      count = zip(messages, whole[0]).prefix(count).prefix { $0 == $1 }.count
    }
    var texts = RowTexts(
      prompt: [Message](whole[0].prefix(count)), turns: whole.map { [Message]($0.dropFirst(count)) }
    )
    // Tools that a response calls are its own; another user's turn is another prompt.
    texts.sharesPrompt = count > 0 && texts.turns.allSatisfy { $0.allSatisfy(\.isOfResponse) }
    return texts
  }
}
