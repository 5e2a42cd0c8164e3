/// A text that a chat template has rendered already, as trainers send them.
package import TareCore

extension TextModel {
  /// Tokens of `text` as it stands, special tokens in it included; then BOS policy, truncation and
  /// read position as for a conversation. The tokens of a conversation's rendered text are those of
  /// the conversation.
  ///
  /// The response is not told apart from the prompt: `length` is that of the whole text.
  /// - Throws: `TareError.badData` if the text has no tokens, or is too long and may not be cut.
  package func tokenize(
    rendered text: String, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    try tokenize(rendered: text, length: text.unicodeScalars.count, options)
  }
}
