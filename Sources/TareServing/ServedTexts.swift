/// How the texts of requests become tokens.
package import TareCore
package import TareScoring

package struct ServedTexts: Sendable {
  /// How a query and a document become one text, where the model's own files do not say: by a template
  /// that knows messages of these roles, or as an encoder's pair of texts.
  package enum Pairs: Sendable {
    /// One after the other, as vLLM, SGLang and Infinity join them: chat templates are often inherited
    /// from a model that was no reranker.
    case joined
    /// As a user's message and its response in the chat template.
    case chat
    /// By the template of a text model of their own, which gets the roles `query` and `document`.
    case template(TextModel)
  }

  package let model: TextModel
  let options: ScoringOptions
  let turn: AssistantTurn
  private let pairs: Pairs

  package init(model: TextModel, options: ScoringOptions, pairs: Pairs = .joined) {
    self.model = model
    self.options = options
    self.pairs = pairs
    turn = model.assistantTurn(options)
  }

  package func tokenize(_ text: ServedText) throws(TareError) -> TokenizedConversation {
    let token = controlToken(in: text.form)
    try model.refuse(token, options)
    var tokenized = try cut(text)
    if text.wantsEveryToken, model.scoresTokens, tokenized.stepsToScore == nil {
      tokenized = tokenized.readAtEveryToken
    }
    tokenized.controlToken = token
    return tokenized
  }

  /// The first control token that what is judged spells itself; of rendered texts only the response is
  /// known to be no template's.
  private func controlToken(in form: ServedText.Form) -> String? {
    switch form {
    case .rendered(let text, let prompt, _):
      model.controlToken(inRendered: text, after: prompt, turn, options)
    case .tokens: nil
    case .conversation(let served): model.controlToken(in: served.conversation, options)
    case .pair(let query, let document, _):
      model.controlToken(in: [query, document], options)
    }
  }

  private func cut(_ text: ServedText) throws(TareError) -> TokenizedConversation {
    if text.hasNoLimit {
      var options = options
      options.maxTokens = .max
      options.readRule = .last
      return try tokenize(text.form, options)
    }
    guard let cut = text.cut else { return try tokenize(text.form, options) }
    let longest = model.longest(options)
    let count = cut.tokens ?? longest
    guard count <= longest else {
      if cut.isBound { return try tokenize(text.form, options) }
      throw .badData(
        place: "truncation", found: "\(count) tokens", accepted: "at most \(longest) tokens")
    }
    var cutting = options
    cutting.truncation = cut.side == .left ? .left : .right
    cutting.maxTokens = count
    guard cut.side == .left, !cut.keepsBOS else { return try tokenize(text.form, cutting) }
    cutting.maxTokens = .max
    return try model.last(count, of: tokenize(text.form, cutting))
  }

  private func tokenize(
    _ form: ServedText.Form, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    switch form {
    case .rendered(let text, _, let addsSpecialTokens):
      try model.tokenize(
        rendered: text, addsSpecialTokens ? optionsAddingBOS(to: text, options) : options)
    case .tokens(let ids): try model.tokenize(ids: ids, options)
    case .conversation(let served): try tokenize(served, options)
    case .pair(let query, let document, let context):
      try tokenize(query, document, context, options)
    }
  }

  private func tokenize(
    _ query: String, _ document: String, _ context: TemplateContext, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    let asChat = Conversation(prompt: [.user(query)], response: document, context: context)
    guard !model.knowsPairs else { return try model.tokenize(asChat, options) }
    switch pairs {
    case .chat: return try model.tokenize(asChat, options)
    case .joined:
      if let name = context.variables.keys.first {
        throw .badData(
          place: "'\(name)'", found: "a template variable",
          accepted: "none: no template joins this server's queries and documents")
      }
      return try model.tokenize(joined: query, document, options)
    case .template(let other):
      var options = options
      options.ending = .anyMessage
      return try other.tokenize(
        Conversation(
          messages: [
            Message(role: "query", content: query), Message(role: "document", content: document),
          ], context: context), options)
    }
  }

  private func tokenize(
    _ served: ServedConversation, _ options: ScoringOptions
  ) throws(TareError) -> TokenizedConversation {
    var options = options
    options.ending = served.ending
    if served.addsSpecialTokens, model.addsBOS, options.bos == .auto {
      guard !turn.followsBOS else {
        throw .badData(
          place: "'add_special_tokens'",
          found: "true",
          accepted:
            "false, as the chat template writes a BOS and a second one would change the reward")
      }
      options.bos = .add
    }
    let conversation = served.conversation
    return try model.tokenize(
      served.fitsContents ? model.fitted(conversation) : conversation, options)
  }

  /// A BOS goes before plain texts where the tokenizer puts one there, and before what the template has
  /// rendered where the template does: verl takes it off there.
  private func optionsAddingBOS(to text: String, _ options: ScoringOptions) -> ScoringOptions {
    guard options.bos == .auto else { return options }
    let isCut = turn.followsBOS && turn.response(in: text) != nil
    guard model.addsBOS || isCut else { return options }
    var adding = options
    adding.bos = .add
    return adding
  }
}
