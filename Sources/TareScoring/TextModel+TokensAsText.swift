/// The text that tokens stand for, once cuts and the BOS policy have changed them.
package import TareCore
internal import TareTokenizers

extension TextModel {
  /// The text that tokens stand for, and each token as the vocabulary spells it.
  /// - Throws: `TareError.badData` for an id that is no token.
  package func spell(_ ids: [Int32]) throws(TareError) -> (text: String, tokens: [String]) {
    var tokens: [String] = []
    tokens.reserveCapacity(ids.count)
    for id in ids {
      guard let token = tokenizer.token(id) else {
        throw .badData(
          place: "tokens", found: "\(id)", accepted: "ids of the model's vocabulary")
      }
      tokens.append(token)
    }
    return (try tokenizer.decode(ids, skipSpecialTokens: false), tokens)
  }

  /// What the conversation's tokens stand for: the rendered text where nothing was cut or put around
  /// it. Of a pair that was not cut, the two texts.
  package func text(of conversation: TokenizedConversation) throws(TareError) -> String {
    if !conversation.truncated, conversation.pair != nil || conversation.isSanitized {
      return conversation.text
    }
    // No text stands for control tokens that were encoded as plain text: this is what they spell.
    if conversation.isSanitized {
      return try tokenizer.decode(conversation.ids, skipSpecialTokens: false)
    }
    return try text(of: conversation, addsSpecialTokens: false)
  }

  /// The text that a tokenizer makes the conversation's tokens of: the rendered one but where the BOS
  /// policy, a cut or a token for the reward has made others of it.
  ///
  /// - Parameter addsSpecialTokens: whether that tokenizer adds special tokens of its own.
  package func text(
    of conversation: TokenizedConversation, addsSpecialTokens: Bool
  ) throws(TareError) -> String {
    let ids = conversation.ids
    func isRight(_ text: String) throws(TareError) -> Bool {
      try tokenizer.encode(text, addSpecialTokens: addsSpecialTokens) == ids
    }
    if try isRight(conversation.text) { return conversation.text }
    guard !conversation.isSanitized else {
      throw .badData(
        place: "control tokens", found: "control tokens encoded as plain text",
        accepted: "a protocol that takes tokens, as the engine would recognize them in a text")
    }
    let added =
      addsSpecialTokens ? tokenizer.specialTokens() : (before: [Int32](), after: [Int32]())
    var own = ids[...]
    if own.starts(with: added.before) { own = own.dropFirst(added.before.count) }
    if own.reversed().starts(with: added.after.reversed()) {
      own = own.dropLast(added.after.count)
    }
    // A text as it stands, without the tokens that come again.
    if own.count < ids.count, let bos = tokenizer.bosID.flatMap({ tokenizer.token($0) }),
      conversation.text.hasPrefix(bos),
      case let rest = String(conversation.text.dropFirst(bos.count)),
      try isRight(rest)
    {
      return rest
    }
    return try tokenizer.decode(Array(own), skipSpecialTokens: false)
  }
}
