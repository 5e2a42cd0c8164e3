/// What a scoring run scores with: a model on this machine, or engines elsewhere.
package import TareCore
internal import TareRemote
package import TareScoring
package import TareStore

package protocol ScoringModel: Sendable {
  /// Tokenizer and template.
  var text: TextModel { get }
  /// Whether what texts have in common at their starts is computed once.
  var sharesPrefixes: Bool { get }
  /// Batches that may be scored at the same time.
  var batchesAtOnce: Int { get }
  /// Who scores, as the store keeps it.
  func scorer(_ options: ScoringOptions) -> Scorer
  /// Scores in the order of the conversations, given to `finish` now or later.
  func score(
    _ conversations: [TokenizedConversation],
    _ finish: @escaping @Sendable (Result<[Score], TareError>) -> Void)
}

extension RewardModel: ScoringModel {
  package var batchesAtOnce: Int { 1 }

  package func scorer(_ options: ScoringOptions) -> Scorer {
    Scorer(
      modelDigest: text.digest, modelName: text.name, headDigest: headDigest,
      precision: precision, readRule: rule(options))
  }

  package func score(
    _ conversations: [TokenizedConversation],
    _ finish: @escaping @Sendable (Result<[Score], TareError>) -> Void
  ) {
    finish(Result { () throws(TareError) in try score(conversations) })
  }
}

/// Engines elsewhere, with the tokenizer and the template of their model.
struct EngineModel: ScoringModel {
  let text: TextModel
  let model: RemoteModel
  private let protocolKey: String
  private let name: String

  /// Asks the engines what they serve.
  ///
  /// - Parameters:
  ///   - settings: what is checked before an engine is asked.
  ///   - isKept: whether the scores outlive the process: then it must be known whose they are.
  /// - Throws: `TareError.usage` if nobody says it, or engines serve different models;
  ///   `TareError.unreachable` if no engine answers.
  init(
    _ engine: EngineSettings, text: TextModel, _ settings: ScoringSettings, isKept: Bool
  ) throws(TareError) {
    self.text = text
    model = try RemoteModel(engine.engine(), text: text)
    try settings.checkSteps(model)
    protocolKey = engine.protocolKey
    let served = try waiting { [model = model] () throws(TareError) in
      try await model.engine.servedModel()
    }
    guard served != nil || !isKept else {
      throw .usage(
        "\(model.engine.urls[0]) does not report which model it serves: expected --engine-model "
          + "NAME, so that the store can distinguish its scores from those of other models")
    }
    name = served ?? text.name
  }

  var sharesPrefixes: Bool { false }
  var batchesAtOnce: Int { model.engine.capacity }

  /// No other model's scorer, and none of the same model computed here: nobody knows with which
  /// precision an engine computes, nor what it reads.
  func scorer(_ options: ScoringOptions) -> Scorer {
    var rule = "as \(protocolKey) serves it"
    // The steps' scores become one here.
    if case .step = options.readRule { rule += ";\(options.readRule)" }
    return Scorer(
      modelDigest: Digest(of: "engine \(protocolKey) \(name)"), modelName: name,
      precision: "remote", readRule: rule)
  }

  func score(
    _ conversations: [TokenizedConversation],
    _ finish: @escaping @Sendable (Result<[Score], TareError>) -> Void
  ) {
    Task {
      do throws(TareError) {
        let rewards = try await model.values(conversations)
        finish(.success(zip(conversations, rewards).map { $0.score($1) }))
      } catch {
        finish(.failure(error))
      }
    }
  }
}
