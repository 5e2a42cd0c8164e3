/// The model behind `tare serve --engine`: engines elsewhere, and what they said before.
package import TareCore
package import TareRemote
package import TareScoring

package struct ServedEngine: ServedModel {
  private let model: RemoteModel
  /// nil where there is neither tokenizer nor template: rendered texts go on as they are.
  private let texts: ServedTexts?
  package let name: String
  private let ofFiles: ModelProfile?
  /// nil where nothing is kept.
  private let cache: RewardCache?

  /// - Parameters:
  ///   - texts: nil where there is neither tokenizer nor template.
  ///   - cache: rewards that are kept; none for 0.
  package init(model: RemoteModel, texts: ServedTexts?, name: String, cache: Int) {
    self.model = model
    self.texts = texts
    self.name = name
    ofFiles = texts.map { ModelProfile($0.model, $0.options, output: nil, outputs: 1) }
    self.cache = cache > 0 ? RewardCache(limit: cache) : nil
  }

  package var passesAtOnce: Int { model.engine.capacity }
  /// What the model's files say; without them what the engines' answers show.
  package var profile: ModelProfile {
    if let ofFiles { return ofFiles }
    var profile = ModelProfile()
    if model.engine.areTokensScored { profile.kind = .tokenReward }
    return profile
  }
  package var cacheCounts: CacheCounts? { cache?.counts }
  /// Never the proxy's own: two of them may stand in front of different models.
  package func servedName() async -> String? { try? await model.engine.servedModel() }
  package func isReady() async -> Bool { await model.engine.isReady() }

  package func tokenize(_ text: ServedText) throws(TareError) -> TokenizedConversation {
    if let texts { return try texts.tokenize(text) }
    guard text.cut == nil else { throw needsModel("truncation") }
    switch text.form {
    case .rendered(let text, _, let adds):
      return TokenizedConversation(untokenized: text, addsSpecialTokens: adds)
    case .tokens(let ids):
      guard model.engine.takesTokens else { throw needsModel("tokens") }
      return TokenizedConversation(unread: ids)
    case .conversation(let served):
      guard model.engine.takesMessages, served.fitsContents else {
        throw needsModel("a conversation, or a prompt and a response")
      }
      return TokenizedConversation(
        unrendered: served.request, response: served.conversation.response)
    case .pair: throw needsModel("a query and a document")
    }
  }

  private func needsModel(_ found: String) -> TareError {
    .badData(
      place: "text", found: found,
      accepted: "a whole text, rendered by the chat template, as this server has neither template "
        + "nor tokenizer")
  }

  package func response(in rendered: String, after prompt: String?) -> String? {
    texts?.turn.response(in: rendered, after: prompt)
  }

  package func beginning(of text: String, tokens count: Int) throws(TareError) -> String {
    guard let texts else { throw needsModel("truncation of a document") }
    return try texts.model.beginning(of: text, tokens: count)
  }

  package func spell(_ ids: [Int32]) throws(TareError) -> (text: String, tokens: [String]) {
    guard let texts else { throw needsModel("tokens to spell") }
    return try texts.model.spell(ids)
  }

  package func known(_ texts: [TokenizedConversation]) -> [Score]? {
    cache?.forget(unless: model.engine.returns)
    return cache?.all(texts.map(\.digest)).map { zip(texts, $0).map { $0.score($1) } }
  }

  /// On a thread of its own, which waits for the engines.
  package func score(_ texts: [TokenizedConversation]) throws(TareError) -> [Score] {
    let digests = texts.map(\.digest)
    let returns = model.engine.returns
    cache?.forget(unless: returns)
    let kept = cache?.find(digests) ?? texts.map { _ in nil }
    var rewards: [Digest: [Float]] = [:]
    for (digest, reward) in zip(digests, kept) { rewards[digest] = reward }
    // Equal texts are sent once.
    var sent: [TokenizedConversation] = []
    var asked: [Digest] = []
    var seen = Set(rewards.keys)
    for (text, digest) in zip(texts, digests) where seen.insert(digest).inserted {
      sent.append(text)
      asked.append(digest)
    }
    if !sent.isEmpty {
      let new = try waiting { [sent] () throws(TareError) in try await model.values(sent) }
      for (digest, reward) in zip(asked, new) { rewards[digest] = reward }
      // They may be of before or after an engine was gone.
      if model.engine.returns == returns { cache?.keep(Array(zip(asked, new)), returns: returns) }
    }
    return zip(texts, digests).compactMap { text, digest in
      rewards[digest].map { text.score($0) }
    }
  }
}

extension ServedConversation {
  /// The conversation as vLLM's requests have it.
  fileprivate var request: JSONObject {
    var request: JSONObject = ["messages": .array(conversation.messages.map(\.json))]
    var variables = conversation.context.variables
    variables["tools"] = conversation.context.tools ?? variables["tools"]
    variables["documents"] = conversation.context.documents ?? variables["documents"]
    if !variables.isEmpty { request["chat_template_kwargs"] = .object(variables) }
    if ending == .generationPrompt { request["add_generation_prompt"] = true }
    if ending == .unfinished { request["continue_final_message"] = true }
    if addsSpecialTokens { request["add_special_tokens"] = true }
    return request
  }
}
