/// How the texts of requests become tokens.
internal import TareCore
internal import TareScoring

struct ServedTexts: Sendable {
  let model: TextModel
  let options: ScoringOptions
  let turn: AssistantTurn

  init(model: TextModel, options: ScoringOptions) {
    self.model = model
    self.options = options
    turn = model.assistantTurn(options)
  }

  func tokenize(_ text: ServedText) throws(TareError) -> TokenizedConversation {
    switch text {
    case .rendered(let text, _, let addsSpecialTokens):
      try model.tokenize(
        rendered: text, addsSpecialTokens ? optionsAddingBOS(to: text) : options)
    case .tokens(let ids): try model.tokenize(ids: ids, options)
    case .conversation(let conversation): try model.tokenize(conversation, options)
    }
  }

  /// A BOS goes before plain texts where the tokenizer puts one there, and before what the template has
  /// rendered where the template does: verl takes it off there.
  private func optionsAddingBOS(to text: String) -> ScoringOptions {
    guard options.bos == .auto else { return options }
    let isCut = turn.followsBOS && turn.response(in: text) != nil
    guard model.addsBOS || isCut else { return options }
    var adding = options
    adding.bos = .add
    return adding
  }
}
