/// Engines elsewhere, as a scoring run uses them.
internal import Synchronization
internal import TareCore
internal import TareEngine
internal import TareRemote
internal import TareScoring
internal import TareStore

/// Engines, with the tokenizer and the template of their model.
final class EngineModel: ScoringModel {
  let text: TextModel
  let model: RemoteModel
  let options: ScoringOptions
  private let protocolKey: String
  private let output: OutputChoice?
  private let name: String
  /// What tells the engines' model from others, as the store has it where it knows it.
  private let identity: EngineIdentity
  /// The most tokens of a text, as the engines say.
  private let limit: Int?
  private let rewards = Mutex(RewardRange())

  /// Asks the engines what they serve, and whether it is the model that is meant.
  ///
  /// - Parameters:
  ///   - settings: what is checked before an engine is asked.
  ///   - isKept: whether the scores outlive the process: then it must be known whose they are.
  ///   - notice: is told of engines that stop answering.
  /// - Throws: `TareError.usage` if nobody says what they serve and the scores are kept, or engines serve
  ///   different models; `TareError.badData` if their tokenizer is another one;
  ///   `TareError.unreachable` if no engine answers.
  init(
    _ engine: EngineSettings, text: TextModel, _ settings: ScoringSettings, isKept: Bool,
    notice: @escaping @Sendable (String) -> Void
  ) throws(TareError) {
    self.text = text
    model = try RemoteModel(engine.engine(text) { $0.notice = notice }, text: text)
    output = try engine.output(text)
    options = try settings.options(engineModel: model, text: text, run: nil)
    protocolKey = engine.protocolKey
    let met = try waiting { [model, options] () throws(TareError) in try await model.meet(options) }
    guard met.name != nil || !isKept else {
      throw .usage(
        "\(model.engine.urls[0]) does not report which model it serves: expected --engine-model "
          + "NAME, so that the store can distinguish its scores from those of other models")
    }
    name = met.name ?? text.name
    limit = model.tokenLimit
    identity = met
  }

  /// The same for a run of a store, which may know the engines' model.
  ///
  /// - Parameter run: the run that is taken up again.
  init(
    _ other: EngineModel, _ settings: ScoringSettings, run: Run?, in store: Store
  ) throws(TareError) {
    (text, model, protocolKey) = (other.text, other.model, other.protocolKey)
    (output, name, limit) = (other.output, other.name, other.limit)
    options = try settings.options(engineModel: model, text: text, run: run)
    let rules = try store.readRules(ofModel: Self.digest(protocolKey, name))
    identity = other.identity.known(in: rules) ?? other.identity
  }

  var sharesPrefixes: Bool { false }
  var batchesAtOnce: Int { model.engine.capacity }

  private static func digest(_ key: String, _ name: String) -> Digest {
    Digest(of: "engine \(key) \(name)")
  }

  /// No other model's scorer, and none of the same model computed here: nobody knows with which
  /// precision an engine computes, nor what it reads. Two models of one name differ by their rewards of
  /// the probes.
  func scorer(_ options: ScoringOptions) -> Scorer {
    var parts = ["as \(protocolKey) serves it"]
    if let output { parts.append("\(output)") }
    // The steps' scores become one here.
    if case .step = options.readRule { parts.append("\(options.readRule)") }
    if let part = identity.part { parts.append(part) }
    return Scorer(
      modelDigest: Self.digest(protocolKey, name), modelName: name, precision: "remote",
      readRule: parts.joined(separator: ";"))
  }

  /// - Throws: `TareError.badData` for more tokens than the engines take, and ids that no engine can know.
  func check(_ conversation: TokenizedConversation) throws(TareError) {
    let ids = conversation.ids
    if let limit, ids.count > limit {
      throw .badData(
        place: "text", found: "\(ids.count) tokens",
        accepted: "at most \(limit), the limit of \(model.engine.urls[0]) "
          + "(--max-tokens \(limit) truncates longer inputs)")
    }
    let count = text.size.vocabularySize
    if let id = ids.first(where: { !(0..<count).contains(Int($0)) }) {
      throw .badData(
        place: "text", found: "token \(id)",
        accepted: "tokens below \(count), the vocabulary's size")
    }
  }

  func score(
    _ conversations: [TokenizedConversation],
    _ finish: @escaping @Sendable (Result<[Score], TareError>) -> Void
  ) {
    Task {
      do throws(TareError) {
        let values = try await model.values(conversations)
        let scores = zip(conversations, values).map { $0.score($1) }
        rewards.withLock { $0.add(scores) }
        finish(.success(scores))
      } catch {
        finish(.failure(error))
      }
    }
  }

  /// What is odd about the rewards of this run; nil for nothing.
  var remark: String? {
    if case .step = options.readRule { return nil }
    return rewards.withLock { $0.remark }
  }
}

/// The rewards so far: what an engine's mistakes look like.
private struct RewardRange {
  private var least = Float.infinity
  private var most = -Float.infinity
  private var count = 0
  /// Fewer say nothing.
  private static let few = 16

  mutating func add(_ scores: [Score]) {
    for score in scores {
      least = min(least, score.value)
      most = max(most, score.value)
    }
    count += scores.count
  }

  var remark: String? {
    guard count >= Self.few else { return nil }
    if least == most { return "all \(count) rewards from the engine are \(least)" }
    guard least > 0, most < 1 else { return nil }
    return "all \(count) rewards from the engine lie between 0 and 1, as after a sigmoid: "
      + "check that it returns raw rewards"
  }
}
