/// The options of every command that runs a model.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct ModelArgument: ParsableArguments {
  @Option(
    help: "The model: a Hugging Face folder, a .gguf file, or the ORG/NAME of a downloaded model.")
  var model: String?

  /// - Throws: `TareError.usage` where nothing says which model.
  var named: String {
    get throws(TareError) {
      if let model = model ?? Defaults.told(.model) { return model }
      throw .usage(
        "no model given: expected --model MODEL, \(Setting.model.variable), or model in tare.toml")
    }
  }
}

/// How a model's texts are made, and how it computes.
struct ScoringArguments: ParsableArguments {
  @Option(
    help: "Folder of the base model, if --model is a PEFT adapter that does not name one.")
  var base: String?

  @Option(
    help:
      "Name of the adapter, if the folder of --model holds several (PEFT saves each in its own).")
  var adapter: String?

  @Option(
    help: """
      Chat template: a file, the name of one of the model's own, plain (prompt, response and \
      end-of-sequence token, concatenated, as TRL trains without a template), or polar (reference answer \
      and response, each after the prompt).
      """)
  var template: String?

  static let tokensHelp: ArgumentHelp = """
    Tokenizer version, if transformers 5.23 and 4.57 tokenize with this model differently: 5 or 4 \
    (default: 5).
    """

  @Option(help: tokensHelp)
  var tokens: String?

  @Option(
    help: """
      Separator of the steps in a response, such as '\\n\\n': replaced by the step token of a process \
      reward model, which also ends the last step (default: none; with --read turns:ID '\\n\\n', with \
      trl-steps and skywork-steps '\\n').
      """)
  var stepSeparator: String?

  @Option(
    help: """
      Score position: hf (the last token that is not padding), last, first, mean (pooling), token:ID, \
      step:ID (every such token, for process reward models), turns:ID or turn:ID (before each label that \
      answers a step, or the response: RLHFlow), trl-steps or skywork-steps (end of each step) (default: \
      from the model, else hf).
      """)
  var read: String?

  @Option(
    help: """
      Beginning-of-sequence token: auto (as the template writes it, never twice), keep, strip \
      or add.
      """)
  var bos = "auto"

  @Option(help: "Maximum length of an input in tokens (default: the model's context).")
  var maxTokens: Int?

  @Option(
    help: """
      How a longer input is truncated: left, right, response-left or response-right (only within \
      the response), or error (default: left; in serve, error).
      """)
  var truncate: String?

  @Option(
    help: "Date for chat templates that print one, YYYY-MM-DD (default: the date of the run).")
  var date: String?

  @Option(help: "System message for conversations without one.")
  var system: String?

  @Option(
    help: ArgumentHelp(
      """
      Control tokens spelled by messages, tools, documents and template variables: keep them, encode \
      them as plain text (transformers' sanitize_control_tokens), or stop with an error (default: keep).
      """, valueName: "keep|text|error"))
  var specialTokens: String?

  @Flag(help: "Same as --special-tokens text.")
  var sanitizeControlTokens = false

  func validate() throws {
    guard !sanitizeControlTokens || specialTokens == nil || specialTokens == "text" else {
      throw ValidationError(
        "--sanitize-control-tokens and --special-tokens \(specialTokens ?? "") are mutually exclusive"
      )
    }
  }

  @Option(
    help: ArgumentHelp(
      """
      Chat template variables as a JSON object, for rows without chat_template_kwargs (default: those \
      that the head was trained with).
      """, valueName: "json"))
  var templateKwargs: String?

  @Option(
    help: """
      Precision of the model's matrix products: float32, bfloat16 or int8, each faster than the one \
      before; docs/numerics.md reports what they cost in accuracy (default: float32).
      """)
  var precision: String?

  @Option(
    help: """
      Precision of the tables that a model computes from its configuration: float32, as when \
      transformers loads it, or stored, the type of the weights, as after model.to(torch.bfloat16) \
      (default: float32).
      """)
  var buffers: String?

  @Option(help: "Number of threads (default: one per core).")
  var threads: Int?

  func settings(_ model: String) -> ScoringSettings {
    var settings = ScoringSettings(configured: model)
    settings.base = base
    settings.adapter = adapter
    settings.template = template
    if let tokens { settings.tokens = tokens }
    settings.stepSeparator = stepSeparator
    settings.read = read
    if let buffers { settings.buffers = buffers }
    if let precision {
      settings.precision = precision
      settings.precisionSource = nil
    }
    settings.bos = bos
    settings.maxTokens = maxTokens
    if let truncate { settings.truncate = truncate }
    settings.date = date
    settings.system = system
    settings.templateVariables = templateKwargs
    settings.specialTokens = specialTokens ?? (sanitizeControlTokens ? "text" : nil)
    if let threads { settings.threads = threads }
    return settings
  }

  /// Options that were given and that decide what the model reads of a conversation.
  var ofTexts: [String] {
    let given: [(String, Bool)] = [
      ("--template", template != nil), ("--max-tokens", maxTokens != nil), ("--date", date != nil),
      ("--system", system != nil), ("--template-kwargs", templateKwargs != nil),
      ("--tokens", tokens != nil), ("--sanitize-control-tokens", sanitizeControlTokens),
      ("--special-tokens", specialTokens != nil),
    ]
    return given.filter(\.1).map(\.0)
  }

  /// Options that were given and that decide what a model on this machine computes.
  var ofComputation: [String] {
    let given: [(String, Bool)] = [
      ("--adapter", adapter != nil), ("--base", base != nil), ("--read", read != nil),
      ("--precision", precision != nil),
      ("--step-separator", stepSeparator != nil),
      ("--buffers", buffers != nil), ("--threads", threads != nil),
    ]
    return given.filter(\.1).map(\.0)
  }
}

/// How hidden states become a score.
struct HeadArguments: ParsableArguments {
  @Option(
    help: """
      The reward head: a safetensors file; logit:TOKEN or yes-no[:YES,NO] for token logits of a \
      language model (default: the model's own reward head).
      """)
  var head: String?

  @Option(help: "Index of the output that is the score, if the head has several; starts at 0.")
  var outputIndex: Int?

  @Option(
    help: """
      Name of the output that is the score, as in the model's id2label; or margin: the probability of \
      the second of two outputs less that of the first (PURE's and TRL's process reward models).
      """)
  var outputName: String?

  @Option(help: "Weights of the head's outputs, such as 0.5,0.3,0.2.")
  var outputWeights: String?

  @Option(
    help: """
      Activation applied to the raw score: none, sigmoid, or model (the one that a reranker's files \
      name) (default: none).
      """)
  var activation: String?

  @Flag(
    help: "Apply OpenRLHF's normalization, (score - mean) / std, from the model's configuration.")
  var normalizeReward = false

  @Option(help: "How step scores are combined: min, last, product or mean (default: min).")
  var stepsToScore: String?

  @Option(
    help: """
      Reference model of an implicit (DPO) reward: the score is beta times the response's log \
      probability under --model minus that under the reference.
      """)
  var reference: String?

  @Option(help: "Beta of an implicit reward (default: 1).")
  var beta: Double?

  func apply(to settings: inout ScoringSettings) throws(TareError) {
    settings.head = head
    settings.outputIndex = outputIndex
    settings.outputName = outputName
    settings.activation = activation
    settings.normalizesReward = normalizeReward
    settings.stepsToScore = stepsToScore
    settings.reference = reference
    if let beta { settings.beta = beta }
    settings.outputWeights = try weights()
  }

  /// - Throws: `TareError.usage` for weights that are no numbers.
  func weights() throws(TareError) -> [Double]? {
    guard let outputWeights else { return nil }
    let parts = outputWeights.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Double($0) }.filter(\.isFinite)
    guard numbers.count == parts.count else {
      throw .usage("--output-weights: expected numbers such as 0.5,0.3,0.2, found \(outputWeights)")
    }
    return numbers
  }

  /// Options that were given.
  var given: [String] {
    let given: [(String, Bool)] = [
      ("--head", head != nil), ("--output-index", outputIndex != nil),
      ("--output-name", outputName != nil), ("--output-weights", outputWeights != nil),
      ("--steps-to-score", stepsToScore != nil),
      ("--activation", activation != nil), ("--normalize-reward", normalizeReward),
      ("--reference", reference != nil), ("--beta", beta != nil),
    ]
    return given.filter(\.1).map(\.0)
  }
}
