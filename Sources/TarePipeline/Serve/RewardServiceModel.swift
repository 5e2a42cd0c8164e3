/// The model behind `tare serve`: a reward model on this machine.
package import TareCore
internal import TareScoring

private struct LocalModel: ServedModel {
  let model: RewardModel
  let texts: ServedTexts

  init(model: RewardModel, options: ScoringOptions) {
    self.model = model
    texts = ServedTexts(model: model.text, options: options)
  }

  var name: String { model.text.name }
  var sharesPrefixes: Bool { model.sharesPrefixes }

  func tokenize(_ text: ServedText) throws(TareError) -> TokenizedConversation {
    try texts.tokenize(text)
  }

  func response(in rendered: String, after prompt: String?) -> String? {
    texts.turn.response(in: rendered, after: prompt)
  }

  func beginning(of text: String, tokens count: Int) throws(TareError) -> String {
    try model.text.beginning(of: text, tokens: count)
  }

  func score(_ texts: [TokenizedConversation]) throws(TareError) -> [Score] {
    try model.score(texts)
  }
}

extension RewardService {
  /// Opens model and head, and scores one word: weights that cannot be read stop the start, not the
  /// first request.
  /// - Parameters:
  ///   - calibration: the path of a saved calibration.
  ///   - warn: is told what a user should know.
  package convenience init(
    _ settings: ScoringSettings, calibration path: String? = nil,
    limits: ServiceLimits = ServiceLimits(), warn: (String) -> Void = { _ in }
  ) throws(TareError) {
    let calibration = try path.map { (path) throws(TareError) in try ServedCalibration(path) }
    if let remark = calibration?.remark { warn(remark) }
    let text = try settings.textModel()
    text.opened.notes.forEach(warn)
    let model = try settings.rewardModel(text)
    guard !model.needsResponseStart else {
      throw .usage(
        "an implicit reward cannot be served: a rendered text does not tell where the response begins"
      )
    }
    for what in settings.remarks(text) { warn(what) }
    let options = try settings.options(model, run: nil)
    var word = options
    word.readRule = .last
    _ = try model.score([text.tokenize(rendered: "ready", word)])
    self.init(LocalModel(model: model, options: options), calibration: calibration, limits: limits)
  }
}
