/// Reward services as a command line's settings ask for them.
internal import TareCalibration
package import TareCore
internal import TareRemote
internal import TareScoring
package import TareServing

extension RewardService {
  /// Opens model and head, and scores one word: weights that cannot be read stop the start, not the
  /// first request.
  /// - Parameters:
  ///   - pairs: how a query and a document become a text.
  ///   - calibration: the path of a saved calibration.
  ///   - warn: is told what a user should know.
  package convenience init(
    _ settings: ScoringSettings, pairs: PairSettings = .joined, calibration path: String? = nil,
    limits: ServiceLimits = ServiceLimits(), warn: (String) -> Void = { _ in }
  ) throws(TareError) {
    let calibration = try path.map { (path) throws(TareError) in try ServedCalibration(path) }
    if let remark = calibration?.remark { warn(remark) }
    let text = try settings.textModel()
    text.opened.notes.forEach(warn)
    let model = try settings.rewardModel(text, handsOnAll: true)
    guard !model.needsResponseStart else {
      throw .usage(
        "an implicit reward cannot be served: a rendered text does not mark where the response begins"
      )
    }
    for what in settings.remarks(text) { warn(what) }
    if case .head(_, .all, _) = model.reading {
      guard calibration == nil else {
        throw .usage(
          "--calibration wants one reward; the head has several outputs: choose one with "
            + "--output-index, or give --output-weights")
      }
      warn(
        "the head has several outputs and none is chosen (--output-index, --output-weights): "
          + "/classify and /pooling give all of them, and no other request is answered")
    }
    let options = try settings.options(model, run: nil)
    var word = options
    word.readRule = .last
    _ = try model.score([text.tokenize(rendered: "ready", word)])
    self.init(
      LocalModel(model: model, options: options, pairs: try pairs.opened(for: settings)),
      calibration: calibration, limits: limits)
  }

  /// Answers typed questions, and gives a rubric's rewards where there is one.
  ///
  /// - Parameters:
  ///   - questions: the path of a rubric; nil for questions of requests alone.
  ///   - weights: the path of its weights, and a formula, as `tare decide` takes them.
  ///   - calibration: the path of a saved calibration of the rewards, or of the probabilities.
  package convenience init(
    deciding settings: ScoringSettings, questions: String?, weights: String?, reward: String?,
    calibration path: String? = nil, limits: ServiceLimits = ServiceLimits(),
    warn: (String) -> Void = { _ in }
  ) throws(TareError) {
    let probabilities = try path.flatMap { (path) throws(TareError) in
      try ServedProbabilities.saved(path)
    }
    let calibration =
      try probabilities == nil
      ? path.map { (path) throws(TareError) in try ServedCalibration(path) } : nil
    if let remark = calibration?.remark { warn(remark) }
    let model = try settings.decisionModel()
    model.text.opened.notes.forEach(warn)
    for what in settings.remarks(model.text) { warn(what) }
    var rubric: RubricModel.Rubric?
    if let questions {
      let file = try RubricFile(questions)
      let reward = try file.reward(
        reward, weights: weights.map { (path) throws(TareError) in try Pipeline.weights(path) })
      rubric = RubricModel.Rubric(questions: file.questions, state: \.state) { answers in
        reward.value(answers.map(\.probabilities))
      }
    }
    guard rubric != nil || calibration == nil else {
      throw .usage("a calibration requires rewards: give a rubric (--questions)")
    }
    self.init(
      try RubricModel(model, rubric: rubric, probabilities: probabilities),
      calibration: calibration, limits: limits,
      decisions: DecisionService(model, probabilities: probabilities, limits: limits))
  }

  /// A proxy in front of engines, which need not be up yet.
  ///
  /// - Parameters:
  ///   - settings: tokenizer and template of the engines' model, by which conversations are rendered,
  ///     tokens read and responses found; nil to take rendered texts alone.
  ///   - path: the path of a saved calibration.
  ///   - cache: scores that are kept.
  ///   - warn: is told what a user should know.
  ///   - notice: is told of engines that stop answering, and of those that are back.
  package convenience init(
    engine: EngineSettings, texts settings: ScoringSettings?, pairs: PairSettings = .joined,
    calibration path: String? = nil,
    cache: Int, limits: ServiceLimits = ServiceLimits(), warn: (String) -> Void = { _ in },
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) throws(TareError) {
    let calibration = try path.map { (path) throws(TareError) in try ServedCalibration(path) }
    if let remark = calibration?.remark { warn(remark) }
    guard settings != nil || calibration?.needsTexts != true else {
      throw .usage(
        "--calibration \(path ?? "") requires --model with --engine: the model's chat template "
          + "separates responses from prompts")
    }
    let text = try settings?.textAlone()
    let remote = try engine.engine(text) { options in
      // Clients try again themselves: they are told soon, and an engine that is back is found soon.
      options.attempts = 3
      options.firstPause = .milliseconds(500)
      options.longestPause = .seconds(2)
      options.patience = .zero
      options.notice = notice
    }
    let model = try RemoteModel(remote, text: text)
    var texts: ServedTexts?
    if text == nil {
      warn(
        "without --model nothing is known of the engines' model: vLLM's paths apply a sigmoid to its "
          + "rewards unless a request says otherwise (use_activation)")
    }
    if let settings, let text {
      text.opened.notes.forEach(warn)
      texts = ServedTexts(
        model: text, options: try settings.options(engineModel: model, text: text, run: nil),
        pairs: try pairs.opened(for: settings))
    }
    let name = engine.model ?? texts?.model.name ?? "\(engine.protocolKey) engine"
    self.init(
      ServedEngine(model: model, texts: texts, name: name, cache: cache),
      calibration: calibration, limits: limits)
  }
}

extension ServedProbabilities {
  /// - Returns: nil for a file that is no calibration of probabilities.
  /// - Throws: `TareError.badData` for one that is damaged.
  static func saved(_ path: String) throws(TareError) -> ServedProbabilities? {
    let file = try InputFile(path)
    guard let json = try? JSONValue(parsing: file.bytes),
      json["kind"]?.string == ProbabilityCalibration.kind
    else { return nil }
    do throws(TareError) {
      return ServedProbabilities(try ProbabilityCalibration(json: json))
    } catch {
      throw error.inside(file.name)
    }
  }
}

extension ServedCalibration {
  /// - Parameter path: what `tare calibrate --save` wrote.
  /// - Throws: as `init(_:from:)`, and for a file that is no calibration.
  package init(_ path: String) throws(TareError) {
    try self.init(Calibration.read(path), from: path)
  }
}
