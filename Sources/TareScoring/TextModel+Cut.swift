/// What a request lets be cut off its texts.
package import TareCore
internal import TareTokenizers

extension TextModel {
  /// The longest text that is scored.
  package func longest(_ options: ScoringOptions) -> Int { options.maxTokens ?? contextLength }

  /// The last `count` tokens of a text, whatever they are: no BOS is kept before them.
  /// - Throws: `TareError.badData` if they are not where the reward is read.
  package func last(
    _ count: Int, of text: TokenizedConversation
  ) throws(TareError) -> TokenizedConversation {
    guard text.ids.count > count else { return text }
    let ids = Array(text.ids.suffix(count))
    return TokenizedConversation(
      text: text.text, ids: ids, types: text.types.suffix(count), rule: text.rule,
      positions: try text.rule.positions(in: ids, padID: padID),
      responseStart: text.responseStart.map { max($0 - (text.ids.count - count), 0) },
      truncated: true, length: text.length)
  }

  /// The beginning of a text that has at most `count` tokens.
  package func beginning(of text: String, tokens count: Int) throws(TareError) -> String {
    let ids = try tokenizer.encode(text, addSpecialTokens: false)
    guard ids.count > count else { return text }
    return try tokenizer.decode(Array(ids.prefix(count)), skipSpecialTokens: false)
  }
}
