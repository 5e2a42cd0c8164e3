/// How the texts of requests become tokens.
package import TareCore
package import TareScoring

package struct ServedTexts: Sendable {
  package let model: TextModel
  let options: ScoringOptions
  let turn: AssistantTurn

  package init(model: TextModel, options: ScoringOptions) {
    self.model = model
    self.options = options
    turn = model.assistantTurn(options)
  }

  package func tokenize(_ text: ServedText) throws(TareError) -> TokenizedConversation {
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
