/// `tare serve`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline
internal import TareServer
internal import TareServing

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve rewards over HTTP, for RLHF training.",
    discussion: """
      Examples:
        tare serve --model model.gguf --head head.safetensors --port 5000
        tare serve --model ORG/NAME --calibration length.json --api-key-file key.txt
        tare serve --model model.gguf --questions rubric.json
        tare serve --engine http://HOST:8000 --engine-protocol vllm --model FOLDER

      Protocols: \(WireProtocols.registry.help.map(\.summary).joined(separator: "; ")). Rewards are \
      returned raw, except where the protocol applies a sigmoid by default (vLLM's /classify, /score \
      and /rerank, TEI, Infinity); a request can ask for the other, and --raw makes all of them raw. \
      An input of more than --max-tokens is refused, unless --truncate says how to truncate it. GET \
      /health, /ready, /metrics and /v1/models report the server's state. SIGTERM and Ctrl-C stop \
      the server after it has answered the requests that it has accepted.

      With --engine, remote engines compute the rewards, which are cached (--cache) and calibrated \
      here. --model is then only a tokenizer and a chat template; without it, inputs must be rendered \
      already (vLLM also takes messages) and cannot be calibrated.
      """)

  @Option(
    help: "The model: a Hugging Face folder, a .gguf file, or the ORG/NAME of a downloaded model.")
  var model: String?

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup var head: HeadArguments
  @OptionGroup var memory: CacheArguments
  @OptionGroup var engine: EngineArguments

  @Flag(
    help:
      "Answer typed questions at /v1/systemone and /v1/decisions; the model needs no reward head.")
  var decide = false

  @Option(
    help: ArgumentHelp(
      "Rubric whose reward is served, as of tare decide; implies --decide.", valueName: "file"))
  var questions: String?

  @Option(help: ArgumentHelp("JSON file of the rubric's weights per question.", valueName: "file"))
  var weights: String?

  @Option(help: ArgumentHelp("Reward of the rubric, as of tare decide.", valueName: "formula"))
  var reward: String?

  @Option(
    help: ArgumentHelp(
      "Whose prompts, answers and errors /v1/systemone has: transformers serve's, or vLLM's.",
      valueName: "transformers|vllm"))
  var dialect = DecisionDialectOption.transformers

  @Option(help: "Number of cached rewards of remote engines; 0 for none (default: 65536).")
  var cache: Int?

  @Option(help: "Address to listen on; 0.0.0.0 accepts requests from any machine.")
  var host = ServerOptions().host

  @Option(help: "Port to listen on; 0 for any free port.")
  var port = ServerOptions().port

  @Option(
    help: """
      Calibration saved by `tare calibrate --save`, applied to every reward; with --decide also one of \
      probabilities, applied to every answer.
      """)
  var calibration: String?

  @Flag(help: "Return raw rewards even where the protocol applies a sigmoid by default.")
  var raw = false

  @Option(
    help: """
      How /score and /rerank join query and document unless the model's own files say: joined, one \
      after the other, as vLLM, SGLang and Infinity do; or chat, as prompt and response in the chat \
      template.
      """)
  var rerankAs = PairForm.joined

  @Option(help: "Template for /score and /rerank, given messages of the roles query and document.")
  var rerankTemplate: String?

  @Option(
    help: """
      Further name of the model, may be repeated; responses contain the first. A request in vLLM's \
      protocol that names another model gets 404.
      """)
  var servedModelName: [String] = []

  @Flag(help: "Accept any model name in requests.")
  var anyModelName = false

  @Option(
    help: "Status when the queue is full, 429 or 503 (default: as the protocol's own server).")
  var busyStatus: Int?

  @Option(
    help: ArgumentHelp(
      """
      Requests to log on standard error: none, errors or all; a line has time, path, status and id, \
      never keys or inputs.
      """, valueName: "none|errors|all"))
  var logRequests = RequestLogLevel.none

  @Option(help: "File with the API key that clients must send as Authorization: Bearer KEY.")
  var apiKeyFile: String?

  @Option(
    help: "Maximum queued inputs; further requests get 429.")
  var maxWaiting = 65_536

  @Option(help: "Seconds that a request may wait for its rewards before it gets 503.")
  var maxSeconds = 600

  @Option(
    help: "Seconds that a client may take to send a request or read a response, or stay idle.")
  var maxTransferSeconds = 60

  @Option(help: "Maximum concurrent connections; others wait.")
  var maxConnections = ServerLimits().connections

  @Option(help: "Maximum size of a request body in bytes.")
  var maxBody = ServerLimits().bodyBytes

  @Option(help: "Maximum size of all request bodies being read at the same time, in bytes.")
  var maxBodyMemory = ServerLimits().allBodyBytes

  @Option(help: "Maximum inputs per request.")
  var maxTexts = ServerLimits().texts

  /// Of seconds, bytes and counts: what clocks can still add to the time.
  private static let most = 1 << 40

  func validate() throws {
    for (name, value) in [
      ("--max-waiting", maxWaiting), ("--max-body", maxBody), ("--max-texts", maxTexts),
      ("--max-seconds", maxSeconds), ("--max-transfer-seconds", maxTransferSeconds),
      ("--max-connections", maxConnections), ("--max-body-memory", maxBodyMemory),
    ] where !(1...Self.most).contains(value) {
      throw ValidationError("\(name): expected 1 to \(Self.most), found \(value)")
    }
    guard cache == nil || !engine.engine.isEmpty else {
      throw ValidationError("--cache requires --engine")
    }
    if let activation = head.activation, activation != "none" {
      throw ValidationError(
        "--activation cannot be used with serve: the protocol and its requests decide the activation"
      )
    }
    if let busyStatus, busyStatus != 429, busyStatus != 503 {
      throw ValidationError("--busy-status: expected 429 or 503, found \(busyStatus)")
    }
    guard rerankTemplate == nil || rerankAs == .joined else {
      throw ValidationError("--rerank-template and --rerank-as chat are mutually exclusive")
    }
    if let cache, cache < 0 { throw ValidationError("--cache: expected 0 or more, found \(cache)") }
    guard (0...65535).contains(port) else {
      throw ValidationError("--port: expected 0 to 65535, found \(port)")
    }
  }

  func run() async throws {
    var options = ServerOptions()
    options.host = host
    options.port = port
    options.isRaw = raw
    options.limits.bodyBytes = maxBody
    options.limits.texts = maxTexts
    options.limits.allBodyBytes = maxBodyMemory
    options.busyStatus = busyStatus
    options.acceptsAnyModel = anyModelName
    options.modelNames = servedModelName
    options.otherModelNames = [model].compactMap(\.self)
    (options.logged, options.log) = (logRequests, Terminal.complain)
    options.version = Tare.configuration.version
    options.speaksAsVLLM = dialect == .vllm
    options.limits.connections = maxConnections
    options.limits.transferTime = .seconds(maxTransferSeconds)
    if let apiKeyFile { options.apiKey = try Pipeline().readKey(apiKeyFile) }
    let service = try service()
    if options.isOpen, options.apiKey == nil {
      Terminal.complain(
        "warning: \(host) accepts requests from the network without authentication (see --api-key-file)"
      )
    }
    try await serve(service, options) { address in
      let calibrated = service.calibrationName.map { ", calibrated by \($0)" } ?? ""
      Terminal.complain("serving \(service.model.name) on \(address)\(calibrated)")
    }
  }

  private func service() throws(TareError) -> RewardService {
    var limits = ServiceLimits()
    limits.waiting = maxWaiting
    limits.patience = .seconds(maxSeconds)
    let model = model ?? (engine.engine.isEmpty ? Defaults.told(.model) : nil)
    var settings = model.map { scoring.settings($0) }
    // A reward of half a text would look like any other.
    if scoring.truncate == nil { settings?.truncate = "error" }
    let engines = try engine.settings(scoring, head)
    var local = settings ?? ScoringSettings(model: "")
    try memory.apply(to: &local, engine: engines)
    if settings != nil { settings = local }
    if let engines {
      let ofModel = scoring.ofTexts + (head.stepsToScore == nil ? [] : ["--steps-to-score"])
      if settings == nil, let option = ofModel.first {
        throw .usage("\(option) requires --model: without it, inputs are rendered already")
      }
      settings?.stepsToScore = head.stepsToScore
      return try RewardService(
        engine: engines, texts: settings, pairs: pairs, calibration: calibration,
        cache: cache ?? 65_536, limits: limits, warn: Terminal.warn, notice: Terminal.warn)
    }
    guard var settings else { throw .usage("give --model or --engine") }
    if decide || questions != nil {
      if let option = head.given.first {
        throw .usage("\(option) cannot be combined with --decide")
      }
      let service = try RewardService(
        deciding: settings, questions: questions, weights: weights, reward: reward,
        calibration: calibration, limits: limits, warn: Terminal.warn)
      guard dialect == .transformers || service.decisions?.probabilities == nil else {
        throw .usage(
          "--dialect vllm cannot be combined with a calibration of probabilities: vLLM's prompt has "
            + "others")
      }
      return service
    }
    guard weights == nil, reward == nil else {
      throw .usage("--weights and --reward require --questions")
    }
    try head.apply(to: &settings)
    return try RewardService(
      settings, pairs: pairs, calibration: calibration, limits: limits, warn: Terminal.warn)
  }

  private var pairs: PairSettings {
    if let rerankTemplate { return .template(rerankTemplate) }
    return rerankAs == .chat ? .chat : .joined
  }

  /// Whose System One is spoken.
  enum DecisionDialectOption: String, ExpressibleByArgument, CaseIterable {
    case transformers, vllm
  }

  /// How a query and a document are joined without a template of theirs.
  enum PairForm: String, ExpressibleByArgument, CaseIterable { case joined, chat }
}

extension RequestLogLevel: ExpressibleByArgument {}
