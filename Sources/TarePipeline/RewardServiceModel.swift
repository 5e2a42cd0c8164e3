/// The model behind `tare serve`: a reward model on this machine.
package import TareCore
internal import TareScoring

private struct LocalModel: ServedModel {
  let model: RewardModel
  let options: ScoringOptions

  var name: String { model.text.name }

  func tokenize(rendered text: String) throws(TareError) -> TokenizedConversation {
    try model.text.tokenize(rendered: text, options)
  }

  func score(_ texts: [TokenizedConversation]) throws(TareError) -> [Score] {
    try model.score(texts)
  }
}

extension RewardService {
  /// Opens model and head, and scores one word: weights that cannot be read stop the start, not the
  /// first request.
  package convenience init(_ settings: ScoringSettings) throws(TareError) {
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
    self.init(LocalModel(model: model, options: options))
  }
}
