/// Where the text of a conversation ends.

package enum ConversationEnding: Sendable, Hashable {
  /// After the last message, as the template ends one.
  case message
  /// The same, where the last message need not be the assistant's.
  case anyMessage
  /// Where a model would begin the next message (`add_generation_prompt`).
  case generationPrompt
  /// Within the last message, which a model would go on with (`continue_final_message`).
  case unfinished
}
