/// The model behind `tare serve --engine`: engines elsewhere, and what they said before.
internal import Synchronization
package import TareCore
internal import TareScoring

private struct ServedEngine: ServedModel {
  let model: RemoteModel
  /// nil where there is neither tokenizer nor template: rendered texts go on as they are.
  let texts: ServedTexts?
  let name: String
  /// nil where nothing is kept.
  let cache: RewardCache?

  var passesAtOnce: Int { model.engine.capacity }
  var cacheCounts: CacheCounts? { cache?.counts }
  /// Never the proxy's own: two of them may stand in front of different models.
  func servedName() async -> String? { try? await model.engine.servedModel() }
  func isReady() async -> Bool { await model.engine.isReady() }

  func tokenize(_ text: ServedText) throws(TareError) -> TokenizedConversation {
    if let texts { return try texts.tokenize(text) }
    guard text.cut == nil else { throw needsModel("a text that may be cut") }
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
    }
  }

  private func needsModel(_ found: String) -> TareError {
    .badData(
      place: "text", found: found,
      accepted: "a text that the chat template has rendered: this server has neither template nor "
        + "tokenizer (tare serve --model gives it them)")
  }

  func response(in rendered: String, after prompt: String?) -> String? {
    texts?.turn.response(in: rendered, after: prompt)
  }

  func beginning(of text: String, tokens count: Int) throws(TareError) -> String {
    guard let texts else { throw needsModel("a document that may be cut") }
    return try texts.model.beginning(of: text, tokens: count)
  }

  func known(_ texts: [TokenizedConversation]) -> [Score]? {
    cache?.all(texts.map(\.digest)).map { zip(texts, $0).map { $0.score($1) } }
  }

  /// On a thread of its own, which waits for the engines.
  func score(_ texts: [TokenizedConversation]) throws(TareError) -> [Score] {
    let digests = texts.map(\.digest)
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
      cache?.keep(Array(zip(asked, new)))
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

extension RewardService {
  /// A proxy in front of engines, which need not be up yet.
  ///
  /// - Parameters:
  ///   - settings: tokenizer and template of the engines' model, by which conversations are rendered,
  ///     tokens read and responses found; nil to take rendered texts alone.
  ///   - path: the path of a saved calibration.
  ///   - cache: scores that are kept.
  ///   - warn: is told what a user should know.
  package convenience init(
    engine: EngineSettings, texts settings: ScoringSettings?, calibration path: String? = nil,
    cache: Int, limits: ServiceLimits = ServiceLimits(), warn: (String) -> Void = { _ in }
  ) throws(TareError) {
    let calibration = try path.map { (path) throws(TareError) in try ServedCalibration(path) }
    if let remark = calibration?.remark { warn(remark) }
    guard settings != nil || calibration?.needsTexts != true else {
      throw .usage(
        "--calibration \(path ?? "") measures responses, which the model's chat template tells from "
          + "their prompts; accepted: --model beside --engine")
    }
    let remote = try engine.engine { options in
      // Clients try again themselves: they are told soon, and an engine that is back is found soon.
      options.attempts = 3
      options.firstPause = .milliseconds(500)
      options.longestPause = .seconds(2)
    }
    let text = try settings?.textAlone()
    let model = try RemoteModel(remote, text: text)
    var texts: ServedTexts?
    if let settings, let text {
      text.opened.notes.forEach(warn)
      texts = ServedTexts(
        model: text, options: try settings.options(engineModel: model, text: text, run: nil))
    }
    let name = engine.model ?? texts?.model.name ?? "\(engine.protocolKey) engine"
    self.init(
      ServedEngine(
        model: model, texts: texts, name: name,
        cache: cache > 0 ? RewardCache(limit: cache) : nil), calibration: calibration,
      limits: limits)
  }

  /// Whether a text would be scored now.
  package func isReady() async -> Bool { await model.isReady() }
}
