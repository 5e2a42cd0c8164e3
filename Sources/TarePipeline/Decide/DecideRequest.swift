/// What `tare decide` is asked for.
internal import TareCore
internal import TareEngine
internal import TareScoring
internal import TareTemplates

package struct DecideRequest: Sendable {
  /// Files of conversations, or of states; "-" is standard input.
  package var inputs: [String]
  package var format: String?
  package var columns: [String] = []
  package var policy = RowPolicy()
  package var settings: ScoringSettings
  /// A rubric file; nil for rows that hold their questions.
  package var questions: String?
  /// A JSON file of weights per question.
  package var weights: String?
  /// Of questions: terms, or mean or sum; nil for the sum.
  package var reward: String?
  /// The form of answers; nil for that of the input's kind.
  package var dialect: String?
  /// Where answers are kept, under the run's name.
  package var store: String?
  package var run: String?
  /// Whether the answers are averaged over the cyclic shifts of a choice's options.
  package var averagesOrders = false
  /// Whether responses are compared with each other, for which there is a question already.
  package var comparesPairs = false
  /// The form in which a model reads pairs, a case of `PairModel.Form`; nil for what its files say.
  package var pairForm: String?
  /// Servers that answer; nil for the model of the settings.
  package var engine: DecisionEngineSettings?

  package init(inputs: [String], settings: ScoringSettings) {
    self.inputs = inputs
    self.settings = settings
  }
}

/// The form that answers have in rows.
package enum DecisionDialect: String, Sendable, CaseIterable {
  /// One object a question with all that is known of it.
  case tare
  /// Objects by name, as transformers 5.23's pipeline returns them.
  case transformers
  /// The same as vLLM's `/v1/systemone`.
  case vllm

  func answers(_ answers: [DecisionAnswer?]) -> JSONValue {
    switch self {
    case .tare: return .array(answers.map { $0?.row ?? .null })
    case .transformers, .vllm:
      var object = JSONObject()
      for case let answer? in answers {
        object[answer.question.name] = self == .vllm ? answer.vllm : answer.transformers
      }
      return .object(object)
    }
  }
}

extension ScoringSettings {
  /// The day that templates are told: the one given, the run's, or today.
  func decisionDate(_ run: String?) throws(TareError) -> CalendarDate {
    try CalendarDate(parsing: date ?? run ?? Self.today)
  }

  /// The model as one of pairs; nil for a model of single texts.
  ///
  /// - Parameter form: what a user says of it.
  func pairModel(
    _ form: String?, run date: String? = nil
  ) throws(TareError) -> PairModel? {
    let named = try form.map { (form) throws(TareError) in
      try choice(form, "--pair-form", PairModel.Form.self)
    }
    let config = try? ModelConfig(folder: modelURL(model))
    guard let form = named ?? config.flatMap(PairModel.form) else { return nil }
    var settings = self
    // Its texts have a form of their own.
    if form == .steamSHP { settings.template = settings.template ?? "plain" }
    return try PairModel(
      settings.textModel(), form: form, date: decisionDate(date), threads: threads)
  }

  /// The model as one of typed questions.
  /// - Throws: `TareError.usage` for options that do not go with one.
  func decisionModel(run date: String? = nil) throws(TareError) -> DecisionModel {
    try Self.checkThreads(threads)
    var options = DecisionModel.Options(threads: threads, date: try decisionDate(date))
    options.template = template
    options.base = try base.map { (base) throws(TareError) in try modelURL(base) }
    options.precision = precision
    options.tokens = try tokenRules()
    return try DecisionModel(modelURL(model), options)
  }
}
