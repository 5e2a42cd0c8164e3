/// The options of every command that runs a model.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct ModelArgument: ParsableArguments {
  @Option(
    help: "The model: a folder in Hugging Face layout, a .gguf file, or ORG/NAME once pulled.")
  var model: String?

  /// - Throws: `TareError.usage` where nothing says which model.
  var named: String {
    get throws(TareError) {
      if let model = model ?? Defaults.model { return model }
      throw .usage("which model? --model MODEL, \(Setting.model.variable), or model in tare.toml")
    }
  }
}

/// How a model's texts are made, and how it computes.
struct ScoringArguments: ParsableArguments {
  @Option(
    help: "The base model, where --model is a PEFT adapter that does not name it by a folder.")
  var base: String?

  @Option(
    help: """
      Chat template: a file, the name of one of the model's own, or plain: prompt, response and \
      end-of-sequence token one after the other, as TRL trains without a template.
      """)
  var template: String?

  static let tokensHelp: ArgumentHelp = """
    Tokenizer rules where transformers 5.23 and 4.57 tokenize a folder's texts differently: 5 or 4 \
    (default: 5).
    """

  @Option(help: tokensHelp)
  var tokens: String?

  @Option(
    help: """
      Text between the steps of a response, such as '\\n\\n': a process reward model's step token \
      replaces it and ends the last step.
      """)
  var stepSeparator: String?

  @Option(
    help: """
      What is read: hf (last token that is not padding), last, first, mean, token:ID, or step:ID, \
      every such token of a process reward model (default: as the model says, else hf).
      """)
  var read: String?

  @Option(
    help: """
      Beginning-of-sequence token: auto (as the template writes it, never twice), keep, strip \
      or add.
      """)
  var bos = "auto"

  @Option(help: "Longest text in tokens (default: the model's context).")
  var maxTokens: Int?

  @Option(
    help: """
      What is cut off a longer text: left, right, response-left or response-right (the beginning or \
      end of the response alone), or error (default: left; of serve, error).
      """)
  var truncate: String?

  @Option(help: "Date that templates print, YYYY-MM-DD (default: when the run was made).")
  var date: String?

  @Option(help: "System message for conversations that have none.")
  var system: String?

  @Flag(
    help: """
      Encode control tokens that messages, tools, documents and template variables contain as plain \
      text, as transformers' sanitize_control_tokens does.
      """)
  var sanitizeControlTokens = false

  @Option(
    help: ArgumentHelp(
      """
      Variables of the chat template as a JSON object, for rows without chat_template_kwargs of their \
      own (default: what the head was trained with).
      """, valueName: "json"))
  var templateKwargs: String?

  @Option(
    help: """
      Numbers of the model's matrix products: float32; bfloat16, twice as fast; int8, four times. \
      What each costs in accuracy is in docs/numerics.md (default: float32).
      """)
  var precision: String?

  @Option(
    help: """
      Rounding of the tables that a model computes from its configuration: float32, as transformers \
      loads it, or stored, the weights' type, as in a model that was cast by model.to(torch.bfloat16) \
      (default: float32).
      """)
  var buffers: String?

  @Option(help: "Threads (default: one for each core).")
  var threads: Int?

  func settings(_ model: String) -> ScoringSettings {
    var settings = ScoringSettings(configured: model)
    settings.base = base
    settings.template = template
    if let tokens { settings.tokens = tokens }
    settings.stepSeparator = stepSeparator
    settings.read = read
    if let buffers { settings.buffers = buffers }
    if let precision { settings.precision = precision }
    settings.bos = bos
    settings.maxTokens = maxTokens
    if let truncate { settings.truncate = truncate }
    settings.date = date
    settings.system = system
    settings.templateVariables = templateKwargs
    settings.sanitizesControlTokens = sanitizeControlTokens
    if let threads { settings.threads = threads }
    return settings
  }

  /// Options that were given and that decide what the model reads of a conversation.
  var ofTexts: [String] {
    let given: [(String, Bool)] = [
      ("--template", template != nil), ("--max-tokens", maxTokens != nil), ("--date", date != nil),
      ("--system", system != nil), ("--template-kwargs", templateKwargs != nil),
      ("--tokens", tokens != nil), ("--sanitize-control-tokens", sanitizeControlTokens),
    ]
    return given.filter(\.1).map(\.0)
  }

  /// Options that were given and that decide what a model on this machine computes.
  var ofComputation: [String] {
    let given: [(String, Bool)] = [
      ("--base", base != nil), ("--read", read != nil), ("--precision", precision != nil),
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
      The reward head: a safetensors file; logit:TOKEN or yes-no[:YES,NO] for a language model's \
      own head at tokens (default: the model's own reward head).
      """)
  var head: String?

  @Option(help: "Which output of a head with several is the score, from 0.")
  var outputIndex: Int?

  @Option(help: "Weights of a head's outputs, as 0.5,0.3,0.2.")
  var outputWeights: String?

  @Option(
    help: """
      What is put on the raw score: none, sigmoid, or model, as the files of a reranker say \
      (default: none).
      """)
  var activation: String?

  @Flag(help: "Apply OpenRLHF's normalisation: (score - mean) / std of the model's configuration.")
  var normalizeReward = false

  @Option(help: "How the scores of steps become one: min, last, product or mean (default: min).")
  var stepsToScore: String?

  @Option(
    help: """
      Reference model of an implicit reward (DPO): the score is beta times the sum over the \
      response of log p by --model minus log p by the reference.
      """)
  var reference: String?

  @Option(help: "Factor of an implicit reward (default: 1).")
  var beta: Double?

  func apply(to settings: inout ScoringSettings) throws(TareError) {
    settings.head = head
    settings.outputIndex = outputIndex
    settings.activation = activation
    settings.normalizesReward = normalizeReward
    settings.stepsToScore = stepsToScore
    settings.reference = reference
    if let beta { settings.beta = beta }
    guard let outputWeights else { return }
    let parts = outputWeights.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Double($0) }.filter(\.isFinite)
    guard numbers.count == parts.count else {
      throw .usage("--output-weights \(outputWeights); accepted: numbers as 0.5,0.3,0.2")
    }
    settings.outputWeights = numbers
  }
  /// Options that were given.
  var given: [String] {
    let given: [(String, Bool)] = [
      ("--head", head != nil), ("--output-index", outputIndex != nil),
      ("--output-weights", outputWeights != nil), ("--steps-to-score", stepsToScore != nil),
      ("--activation", activation != nil), ("--normalize-reward", normalizeReward),
      ("--reference", reference != nil), ("--beta", beta != nil),
    ]
    return given.filter(\.1).map(\.0)
  }
}
