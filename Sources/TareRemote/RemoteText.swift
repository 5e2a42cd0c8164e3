/// A text on its way to an engine: what a protocol can say of it, each sends what it can.
package import TareCore
package import TareScoring

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
  /// How many tokens it has, where that is known.
  let tokenCount: Int?
  /// Whether the engine shall put its tokenizer's special tokens around the text, where the protocol
  /// can say so.
  package let addsSpecialTokens: Bool

  package init(_ text: String, addsSpecialTokens: Bool = false) {
    self.text = text
    self.addsSpecialTokens = addsSpecialTokens
    ids = nil
    tokenCount = nil
    pair = nil
    query = nil
    chat = nil
    isOfSteps = false
  }

  /// - Parameters:
  ///   - model: whose tokens the conversation's ids are; nil where it has none.
  ///   - form: one of the protocol's.
  init(
    _ conversation: TokenizedConversation, of model: TextModel?,
    for wire: any RemoteProtocol.Type, as form: TextForm
  ) throws(TareError) {
    var text = conversation.text
    let isWhole = conversation.pair == nil || conversation.truncated
    let goesAsText = form != .tokens || !wire.takesTokens
    if let model, goesAsText, isWhole {
      text = try model.text(
        of: conversation, addsSpecialTokens: wire.addsSpecialTokens || form == .bareText)
    }
    self.text = text
    ids = conversation.ids.isEmpty || goesAsText ? nil : conversation.ids
    tokenCount = conversation.ids.isEmpty ? nil : conversation.ids.count
    pair = conversation.truncated ? nil : conversation.pair
    query = wire.asksOneQuery ? pair?.prompt : nil
    chat = conversation.chat
    isOfSteps = conversation.stepsToScore != nil
    addsSpecialTokens = conversation.addsSpecialTokens || form == .bareText
    guard chat == nil || wire.takesMessages else {
      throw .badData(
        place: "text", found: "messages that are not rendered",
        accepted: "a text rendered by the chat template, as \(wire.summary) takes no messages")
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
