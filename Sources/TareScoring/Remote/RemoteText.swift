/// A text on its way to an engine: what a protocol can say of it, each sends what it can.
package import TareCore
internal import TareTokenizers

package struct RemoteText: Sendable, Hashable {
  /// As a chat template has rendered it.
  package let text: String
  /// Its tokens, where they are known: a protocol that takes them need not trust in how the engine
  /// tokenizes, nor does a BOS that the template wrote come twice.
  package let ids: [Int32]?
  /// The two texts of an encoder's pair.
  package let pair: TextPair?
  /// The first text of the pair, where a request has one for all of its texts.
  let query: String?
  /// Messages that the engine renders, and what belongs to them.
  package let chat: JSONObject?
  /// Whether it is read at the steps of a process reward model.
  package let isOfSteps: Bool
  /// Whether the engine shall put its tokenizer's special tokens around the text, where the protocol
  /// can say so.
  package let addsSpecialTokens: Bool

  package init(_ text: String, addsSpecialTokens: Bool = false) {
    self.text = text
    self.addsSpecialTokens = addsSpecialTokens
    ids = nil
    pair = nil
    query = nil
    chat = nil
    isOfSteps = false
  }

  /// - Parameter model: whose tokens the conversation's ids are; nil where it has none.
  init(
    _ conversation: TokenizedConversation, of model: TextModel?, for wire: any RemoteProtocol.Type
  ) throws(TareError) {
    var text = conversation.text
    let isWhole = conversation.pair == nil || conversation.truncated
    if let model, !wire.takesTokens, isWhole {
      text = try model.text(
        of: conversation, addsSpecialTokens: wire.addsSpecialTokens)
    }
    self.text = text
    ids = conversation.ids.isEmpty || !wire.takesTokens ? nil : conversation.ids
    pair = conversation.truncated ? nil : conversation.pair
    query = wire.asksOneQuery ? pair?.prompt : nil
    chat = conversation.chat
    isOfSteps = conversation.stepsToScore != nil
    addsSpecialTokens = conversation.addsSpecialTokens
    guard chat == nil || wire.takesMessages else {
      throw .badData(
        place: "text", found: "messages that are not rendered",
        accepted: "a text that the chat template has rendered: \(wire.summary) takes no messages")
    }
    try wire.check(self)
  }

  /// What the texts of one request have in common.
  struct Form: Hashable {
    let hasIDs, addsSpecialTokens, isOfSteps: Bool
    let query: String?
  }

  var form: Form {
    Form(
      hasIDs: ids != nil, addsSpecialTokens: addsSpecialTokens, isOfSteps: isOfSteps, query: query)
  }
}

extension TextModel {
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
  fileprivate func text(
    of conversation: TokenizedConversation, addsSpecialTokens: Bool
  ) throws(TareError) -> String {
    let ids = conversation.ids
    func isRight(_ text: String) -> Bool {
      tokenizer.encode(text, addSpecialTokens: addsSpecialTokens) == ids
    }
    if isRight(conversation.text) { return conversation.text }
    guard !conversation.isSanitized else {
      throw .badData(
        place: "control tokens", found: "control tokens that are encoded as plain text",
        accepted: "a protocol that takes tokens, since the engine would find them in the text")
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
      isRight(rest)
    {
      return rest
    }
    return try tokenizer.decode(Array(own), skipSpecialTokens: false)
  }
}
