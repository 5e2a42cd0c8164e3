/// The options of `tare judge`: the servers, what is asked, and how much.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct JudgeEngineArguments: ParsableArguments {
  @Option(
    help: """
      Address of the inference server, such as http://HOST:8000 or https://HOST/v1. Several servers of \
      one model share the work.
      """)
  var engine: [String] = []

  @Option(
    help: ArgumentHelp(
      "Protocol of the servers: "
        + JudgeSettings.protocols.map { "\($0.key), \($0.summary)" }.joined(separator: "; ")
        + ".", valueName: "protocol"))
  var engineProtocol = JudgeSettings.protocols[0].key

  @Option(help: "Name of the model on the servers (default: the only one that they list).")
  var engineModel: String?

  @Option(help: "Concurrent requests per server (default: \(EngineSettings.concurrency)).")
  var engineConcurrency: Int?

  @Option(help: "File with the servers' API key, sent as Authorization: Bearer KEY.")
  var engineKeyFile: String?

  @Option(help: "Seconds that one request may take.")
  var engineTimeout = 600.0

  @Option(help: "Attempts per request before the servers count as unreachable.")
  var engineAttempts = 5

  @Option(
    help: "Maximum number of requests in this call, failed ones included; the run can be resumed.")
  var maxRequests: Int?

  @Option(
    help: """
      Maximum number of prompt and answer tokens in this call, as the servers count them; requests \
      under way are still completed.
      """)
  var maxTokensTotal: Int?

  /// - Throws: `TareError.usage` without an engine.
  func settings() throws(TareError) -> JudgeSettings {
    guard !engine.isEmpty else { throw .usage("--engine: expected a server's address") }
    var own = EngineSettings(urls: engine, protocol: engineProtocol)
    own.model = engineModel
    if let engineConcurrency { own.concurrency = engineConcurrency }
    if let engineKeyFile { own.key = try Pipeline().readKey(engineKeyFile) }
    var settings = JudgeSettings(own)
    settings.timeout = engineTimeout
    settings.attempts = engineAttempts
    settings.maxRequests = maxRequests
    settings.maxTokens = maxTokensTotal
    return settings
  }
}

struct JudgePromptArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Prompt template: a file, or "
        + JudgeSettings.templates.map { "\($0.key), \($0.summary)" }.joined(separator: "; ")
        + ".", valueName: "NAME|FILE"))
  var judgeTemplate = "rating"

  @Option(help: ArgumentHelp("Principle or rubric to judge by.", valueName: "text"))
  var rubric: String?

  @Option(help: "File with the rubric.")
  var rubricFile: String?

  @Option(help: "Column with each row's own rubric.")
  var rubricColumn: String?

  @Option(help: ArgumentHelp("Scale of ratings, within 0-10.", valueName: "LOW-HIGH"))
  var scale = "1-10"

  @Option(
    help: ArgumentHelp(
      """
      Orders in which responses are shown: all (a pair in both, a set in every rotation), or one, drawn \
      per row as RewardBench 2 does.
      """, valueName: "all|one"))
  var orders = "all"

  @Option(help: "Answers per question; several measure the judge's own noise.")
  var samples = 1

  @Option(help: "Sampling temperature (default: 0, or 1 with --samples above 1).")
  var temperature: Double?

  @Option(help: "Seed sent with the first sample; each further sample adds 1.")
  var seed = 1

  @Option(help: "Maximum number of tokens per answer (default: as the template says).")
  var answerTokens: Int?

  @Option(help: "Alternatives of each token to ask for; 0 reads verdicts from the text.")
  var topLogprobs = 20

  @Option(
    help: ArgumentHelp(
      """
      Members to add to each request, or to replace; null removes one. For example \
      '{"chat_template_kwargs": {"enable_thinking": false}}'.
      """, valueName: "JSON"))
  var requestJson: String?

  func apply(to settings: inout JudgeSettings) {
    settings.template = judgeTemplate
    settings.rubric = rubric
    settings.rubricFile = rubricFile
    settings.rubricColumn = rubricColumn
    settings.scale = scale
    settings.orders = orders
    settings.samples = samples
    settings.temperature = temperature
    settings.seed = seed
    settings.answerTokens = answerTokens
    settings.alternatives = topLogprobs
    settings.members = requestJson
  }
}
