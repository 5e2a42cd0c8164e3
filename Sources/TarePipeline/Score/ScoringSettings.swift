/// The user's choices for scoring, as a command line or a request gives them.
internal import Foundation
internal import TareCore
internal import TareEngine
internal import TareHub
internal import TareRemote
internal import TareScoring
internal import TareStore
internal import TareTemplates
internal import TareTokenizers

package struct ScoringSettings: Sendable {
  /// A folder in Hugging Face layout, a .gguf file, or the hub id of a model that was pulled.
  package var model: String
  /// The base model where `model` is an adapter.
  package var base: String?
  /// The name of one of the model's adapters.
  package var adapter: String?
  /// A file with a chat template, or the name of one of the model's own.
  package var template: String?
  /// "5" for transformers 5.23's tokens of a folder, "4" for those of 4.57.
  package var tokens = "5"
  /// What stands between the steps of a response, where its step tokens are put; `\n`, `\t` and `\\`
  /// stand for a line break, a tab and a backslash.
  package var stepSeparator: String?
  /// A reward head in safetensors, "logit:TOKEN" or "yes-no[:YES,NO]"; nil for the model's own.
  package var head: String?
  /// Which of the head's outputs is the score.
  package var outputIndex: Int?
  /// The output's name: a label of the model's, or margin.
  package var outputName: String?
  package var outputWeights: [Double]?
  /// What is put on the raw score, a case of `ScoreFinish.Activation`; nil for nothing.
  package var activation: String?
  /// Whether OpenRLHF's mean and std of the configuration are applied.
  package var normalizesReward = false
  /// The reference model of an implicit reward, and its factor.
  package var reference: String?
  package var beta = 1.0
  /// A read rule; nil for what the head or the model says, and else "hf".
  package var read: String?
  /// How the scores of steps become one; nil for the smallest.
  package var stepsToScore: String?
  package var buffers = "float32"
  package var precision = "float32"
  /// The variable or file that has set the precision; nil for the command line and the default.
  package var precisionSource: String?
  package var bos = "auto"
  package var maxTokens: Int?
  package var truncate = "left"
  /// YYYY-MM-DD; nil for the run's own date, which for a new run is today.
  package var date: String?
  package var system: String?
  /// A JSON object of the chat template's variables, for rows that do not have them themselves; nil for
  /// those that the head was trained with, else none.
  package var templateVariables: String?
  /// A case of `ScoringOptions.SpecialTokens`; nil for keep.
  package var specialTokens: String?
  package var threads: Int
  /// Memory for prefixes that were used lately, as `MemorySize` reads it; nil for none.
  package var cacheMemory: String?
  /// As much of the machine's memory as `score` and `serve` use for that if nobody says.
  package static let defaultCacheMemory = "15%"
  /// Engines that compute the scores; the model here is then its tokenizer and its template alone.
  package var engine: EngineSettings?

  package init(model: String, head: String? = nil) {
    self.model = model
    self.head = head
    threads = ProcessInfo.processInfo.activeProcessorCount
  }

  /// - Throws: `TareError.usage` for a number of threads that no machine has.
  static func checkThreads(_ threads: Int) throws(TareError) {
    guard (1...1024).contains(threads) else {
      throw .usage("--threads: expected 1 to 1024, found \(threads)")
    }
  }

  func textModel() throws(TareError) -> TextModel {
    try Self.checkThreads(threads)
    _ = try variables()
    return try textModel(model)
  }

  /// Tokenizer and template alone, for engines elsewhere.
  func textAlone() throws(TareError) -> TextModel {
    _ = try variables()
    return try TextModel(
      withoutWeights: modelURL(model), template: template, tokens: tokenRules())
  }

  /// - Throws: `TareError.usage` for what is no object of template variables.
  private func variables() throws(TareError) -> JSONObject? {
    guard let templateVariables else { return nil }
    do {
      return try TemplateContext.variables(JSONValue(parsing: templateVariables))
    } catch {
      throw .usage("--template-kwargs \(templateVariables): \(error.inside("JSON"))")
    }
  }

  private func textModel(_ name: String) throws(TareError) -> TextModel {
    let base = try base.map { (base) throws(TareError) in try modelURL(base) }
    var url = try modelURL(name)
    if let adapter { url = try LoRAAdapter.folder(named: adapter, in: url) }
    return try TextModel(
      url, template: template, base: base,
      buffers: choice(buffers, "--buffers", BufferPrecision.self),
      precision: choice(precision, "--precision", Precision.self), tokens: tokenRules())
  }

  func tokenRules() throws(TareError) -> TokenizerRules {
    try choice(tokens, "--tokens", TokenizerRules.self)
  }

  /// - Throws: `TareError.usage` if options contradict each other; `TareError.badData` if the model
  ///   has no reward head and none is given.
  ///
  /// - Parameter handsOnAll: whether a head of several outputs hands on all where none is chosen.
  func rewardModel(
    _ text: TextModel, handsOnAll: Bool = false
  ) throws(TareError) -> RewardModel {
    if let reference {
      guard head == nil, outputIndex == nil, outputWeights == nil, outputName == nil,
        read == nil
      else {
        throw .usage(
          "--reference has no head and cannot be combined with --head, --output-… or --read")
      }
      guard activation == nil, !normalizesReward else {
        throw .usage("--activation and --normalize-reward cannot be combined with --reference")
      }
      guard beta.isFinite, beta > 0 else {
        throw .usage("--beta: expected a positive number, found \(beta)")
      }
      // Its weights alone: texts and tokens are the policy's.
      var weights = try ModelWeights(modelURL(reference))
      weights.buffers = text.weights.buffers
      weights.precision = text.weights.precision
      let model = try RewardModel(
        policy: text, reference: weights, beta: beta, threads: threads)
      model.keepPrefixes(bytes: try cacheBytes())
      return model
    }
    guard let loaded = try loadedHead(text) else {
      // The user must say what to read.
      throw .usage(
        "\(model) is a language model without a reward head: give one with --head FILE "
          + "(`tare train-head` trains one), or use its logits with --head logit:TOKEN, --head yes-no "
          + "or --reference MODEL" + (text.unsavedHead.map { "; \($0)" } ?? ""))
    }
    guard [outputIndex != nil, outputWeights != nil, outputName != nil].count(where: { $0 }) < 2
    else {
      throw .usage("give one of --output-index, --output-name and --output-weights")
    }
    let named = try outputName.map { (name) throws(TareError) in
      try OutputChoice(named: name, in: text.weights.config)
    }
    var output =
      named ?? outputIndex.map { OutputChoice.index($0) }
      ?? outputWeights.map { OutputChoice.weights($0) }
    if handsOnAll, output == nil, loaded.output == .single, loaded.head.outputCount > 1 {
      output = .all
    }
    let finish = try ScoreFinish(
      text,
      activation: choice(activation ?? "none", "--activation", ScoreFinish.Activation.self),
      normalises: normalizesReward)
    let model = try RewardModel(
      text, head: loaded, output: output, finish: finish, threads: threads)
    model.keepPrefixes(bytes: try cacheBytes())
    return model
  }

  private func cacheBytes() throws(TareError) -> Int {
    guard let cacheMemory else { return 0 }
    do throws(TareError) {
      return try MemorySize(parsing: cacheMemory).bytes
    } catch {
      guard case .usage(let message) = error else { throw error }
      throw .usage("--cache-memory: \(message)")
    }
  }

  /// What a user must know of the model to trust its scores, a sentence each.
  func remarks(_ text: TextModel) -> [String] {
    text.remarks(activationIsChosen: activation != nil || head != nil || reference != nil)
      + (precisionSource.map { ["precision \(precision) (\($0))"] } ?? [])
  }

  /// The head that is asked for, or the model's own; nil for a language model, which has none.
  /// - Throws: `TareError.badData` if another model has none.
  func loadedHead(_ text: TextModel) throws(TareError) -> LoadedHead? {
    let choice = try HeadChoice(parsing: head)
    do throws(TareError) {
      return try LoadedHead(choice, of: text)
    } catch {
      // Nothing but that there is none.
      guard choice == .own, text.weights.config.isLanguageModel,
        case .badData(let place, _, _) = error, place.hasSuffix("tensors")
      else { throw error }
      return nil
    }
  }

  /// - Parameters:
  ///   - readRule: the head's or the model's own rule.
  ///   - text: the model, which knows tokens by their spelling.
  ///   - run: the run that is taken up again, whose date is kept.
  func options(
    readRule: ReadRule?, text: TextModel, run: Run?
  ) throws(TareError) -> ScoringOptions {
    var steps = ReadRule.StepsToScore.min
    if let stepsToScore {
      steps = try choice(stepsToScore, "--steps-to-score", ReadRule.StepsToScore.self)
    }
    var rule = readRule ?? .huggingFace
    if let read { rule = try ReadRule(parsing: read, steps: steps) { text.token($0) } }
    if stepsToScore != nil { rule = rule.scoring(by: steps) }
    if let maxTokens, maxTokens < 1 {
      throw .usage("--max-tokens: expected at least 1, found \(maxTokens)")
    }
    var options = ScoringOptions(
      readRule: rule, bos: try choice(bos, "--bos", ScoringOptions.BOS.self),
      maxTokens: maxTokens,
      truncation: try choice(truncate, "--truncate", ScoringOptions.Truncation.self),
      date: try CalendarDate(parsing: date ?? run?.templateDate ?? Self.today), system: system)
    options.specialTokens = try choice(
      specialTokens ?? "keep", "--special-tokens", ScoringOptions.SpecialTokens.self)
    options.variables = try variables() ?? [:]
    options.tokenRules = text.opened.rules
    if let stepSeparator {
      guard rule.readsSteps else {
        throw .usage(
          "--step-separator: expected a process reward model, --read step:TOKEN, turns:TOKEN or "
            + "trl-steps, found a model without step scores")
      }
      guard !stepSeparator.isEmpty else {
        throw .usage("--step-separator: expected a text such as '\\n\\n', found ''")
      }
      guard !options.sanitizesControlTokens else {
        throw .usage(
          "--step-separator and --special-tokens text are mutually exclusive: a step token in a "
            + "response is a control token")
      }
      options.stepSeparator = stepSeparator.unescaped
    }
    return options
  }

  /// The options for a reward model.
  func options(_ model: RewardModel, run: Run?) throws(TareError) -> ScoringOptions {
    guard read == nil || model.readRule != .first else {
      throw .usage("--read: expected first, as the head requires, found \(read ?? "")")
    }
    if read != nil, case .gated? = model.readRule {
      throw .usage("--read: expected nothing, as the head requires two positions")
    }
    var options = try options(readRule: model.readRule, text: model.text, run: run)
    options.marksResponse = model.needsResponseStart
    options.takesOneTurn = model.needsResponseStart
    options.variables = try variables() ?? model.variables
    return options
  }

  /// - Throws: `TareError.usage` for a rule of steps that the engines' model does not have.
  func checkSteps(_ model: RemoteModel) throws(TareError) {
    guard stepsToScore != nil else { return }
    if case .step = model.readRule { return }
    throw .usage(
      "--steps-to-score cannot be combined with --engine, unless vLLM serves a process reward "
        + "model: the engine decides how it computes")
  }

  /// The options for engines elsewhere, which read what they read.
  func options(
    engineModel model: RemoteModel, text: TextModel, run: Run?
  ) throws(TareError) -> ScoringOptions {
    try checkSteps(model)
    return try options(readRule: model.readRule, text: text, run: run)
  }

  static var today: String {
    String(Date.now.formatted(.iso8601.year().month().day()))
  }
}

extension String {
  /// With `\n`, `\t` and `\\` as what they stand for.
  fileprivate var unescaped: String {
    var text = ""
    var isEscaped = false
    for character in self {
      switch (isEscaped, character) {
      case (false, "\\"):
        isEscaped = true
        continue
      case (true, "n"): text.append("\n")
      case (true, "t"): text.append("\t")
      case (true, "\\"): text.append("\\")
      case (true, _): text += "\\\(character)"
      case (false, _): text.append(character)
      }
      isEscaped = false
    }
    return isEscaped ? text + "\\" : text
  }
}

/// The folder or file that a user names, or that a hub id stands for in the hub's cache.
func modelURL(_ name: String) throws(TareError) -> URL {
  let url = URL(filePath: name)
  if FileManager.default.fileExists(atPath: url.path) { return url }
  let parts = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    .map(String.init)
  let isID = parts[0].wholeMatch(of: /[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+/) != nil
  guard isID, !name.hasSuffix(".gguf") else { return url }
  let cache = HubCache(environment: ProcessInfo.processInfo.environment)
  return try cache.snapshot(of: parts[0], revision: parts.count == 2 ? parts[1] : nil)
}

/// The case that `text` names.
func choice<T: RawRepresentable & CaseIterable>(
  _ text: String, _ option: String, _ type: T.Type
) throws(TareError) -> T where T.RawValue == String {
  guard let value = T(rawValue: text) else {
    let accepted = T.allCases.map(\.rawValue).joined(separator: ", ")
    throw .usage("\(option): expected \(accepted), found \(text)")
  }
  return value
}
