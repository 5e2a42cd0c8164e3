/// The model behind `tare serve`: a reward model on this machine.
package import TareCore
internal import TareScoring

private struct LocalModel: ServedModel {
  let model: RewardModel
  let options: ScoringOptions
  let turn: AssistantTurn

  init(model: RewardModel, options: ScoringOptions) {
    self.model = model
    self.options = options
    turn = model.text.assistantTurn(options)
  }

  var name: String { model.text.name }
  var sharesPrefixes: Bool { model.sharesPrefixes }

  func tokenize(_ text: ServedText) throws(TareError) -> TokenizedConversation {
    switch text {
    case .rendered(let text, _, let addsSpecialTokens):
      try model.text.tokenize(
        rendered: text, addsSpecialTokens ? optionsAddingBOS(to: text) : options)
    case .tokens(let ids): try model.text.tokenize(ids: ids, options)
    case .conversation(let conversation): try model.text.tokenize(conversation, options)
    }
  }

  /// A BOS goes before plain texts where the tokenizer puts one there, and before what the template has
  /// rendered where the template does: verl takes it off there.
  private func optionsAddingBOS(to text: String) -> ScoringOptions {
    guard options.bos == .auto else { return options }
    let isCut = turn.followsBOS && turn.response(in: text) != nil
    guard model.text.addsBOS || isCut else { return options }
    var adding = options
    adding.bos = .add
    return adding
  }

  func response(in rendered: String, after prompt: String?) -> String? {
    turn.response(in: rendered, after: prompt)
  }

  func score(_ texts: [TokenizedConversation]) throws(TareError) -> [Score] {
    try model.score(texts)
  }
}

extension RewardService {
  /// Opens model and head, and scores one word: weights that cannot be read stop the start, not the
  /// first request.
  /// - Parameter calibration: the path of a saved calibration.
  package convenience init(
    _ settings: ScoringSettings, calibration path: String? = nil,
    limits: ServiceLimits = ServiceLimits()
  ) throws(TareError) {
    let calibration = try path.map { (path) throws(TareError) in try ServedCalibration(path) }
    let text = try settings.textModel()
    let model = try settings.rewardModel(text)
    guard !model.needsResponseStart else {
      throw .usage(
        "an implicit reward cannot be served: a rendered text does not tell where the response begins"
      )
    }
    let options = try settings.options(model, run: nil)
    var word = options
    word.readRule = .last
    _ = try model.score([text.tokenize(rendered: "ready", word)])
    self.init(LocalModel(model: model, options: options), calibration: calibration, limits: limits)
  }
}
