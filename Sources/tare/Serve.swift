/// `tare serve`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline
internal import TareServer
internal import TareServing

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answers rewards over HTTP, for RLHF training.",
    discussion: """
      Examples:
        tare serve --model model.gguf --head head.safetensors --port 5000
        tare serve --model ORG/NAME --calibration length.json --api-key-file key.txt
        tare serve --engine http://HOST:8000 --engine-protocol vllm --model FOLDER

      Speaks: \(WireProtocols.registry.help.map(\.summary).joined(separator: "; ")). Rewards are \
      raw, but where a protocol's default is a sigmoid (vLLM's /classify, /score and /rerank, TEI); \
      requests may say otherwise as the protocol has it, and --raw does for all. A text of more than \
      --max-tokens is refused, unless --truncate says what to cut. GET /health, \
      /ready, /metrics and /v1/models tell how it is. SIGTERM and Ctrl-C end it when the requests it \
      has are answered.

      With --engine it stands in front of engines that compute the rewards: answers are kept and \
      given again (--cache), and calibrated. --model is then their tokenizer and chat template; \
      without it texts must come rendered (vLLM also takes messages), and cannot be calibrated.
      """)

  @Option(
    help: "The model: a folder in Hugging Face layout, a .gguf file, or ORG/NAME once pulled.")
  var model: String?

  @OptionGroup var scoring: ScoringArguments
  @OptionGroup var head: HeadArguments
  @OptionGroup var engine: EngineArguments

  @Option(help: "Rewards of engines that are kept, of the last texts; 0 for none (default: 65536).")
  var cache: Int?

  @Option(help: "Address to listen on; 0.0.0.0 for all, which any machine may then use.")
  var host = ServerOptions().host

  @Option(help: "Port to listen on; 0 for any free one.")
  var port = ServerOptions().port

  @Option(
    help: "A calibration that `tare calibrate --save` wrote: every reward is calibrated by it.")
  var calibration: String?

  @Flag(help: "Raw rewards even where a protocol's default is a sigmoid.")
  var raw = false

  @Option(help: "A file with the key that clients must send: Authorization: Bearer KEY.")
  var apiKeyFile: String?

  @Option(
    help: "Texts that may wait; a request that would add more is answered 429, unless none wait.")
  var maxWaiting = 65_536

  @Option(help: "Seconds that a request may wait for its rewards; then it is answered 503.")
  var maxSeconds = 600

  @Option(
    help: "Seconds that a client may take to send a request, or to take an answer, or be silent.")
  var maxTransferSeconds = 60

  @Option(help: "Connections that are served at a time; others wait.")
  var maxConnections = ServerLimits().connections

  @Option(help: "Longest body of a request in bytes.")
  var maxBody = ServerLimits().bodyBytes

  @Option(help: "Most texts of a request.")
  var maxTexts = ServerLimits().texts

  /// Of seconds, bytes and counts: what clocks can still add to the time.
  private static let most = 1 << 40

  func validate() throws {
    for (name, value) in [
      ("--max-waiting", maxWaiting), ("--max-body", maxBody), ("--max-texts", maxTexts),
      ("--max-seconds", maxSeconds), ("--max-transfer-seconds", maxTransferSeconds),
      ("--max-connections", maxConnections),
    ] where !(1...Self.most).contains(value) {
      throw ValidationError("\(name) \(value); accepted: 1 to \(Self.most)")
    }
    guard cache == nil || !engine.engine.isEmpty else {
      throw ValidationError("--cache goes with --engine")
    }
    if let activation = head.activation, activation != "none" {
      throw ValidationError(
        "--activation does not go with serve: protocols and their requests say what is put on rewards"
      )
    }
    if let cache, cache < 0 { throw ValidationError("--cache \(cache); accepted: 0 or more") }
    guard (0...65535).contains(port) else {
      throw ValidationError("--port \(port); accepted: 0 to 65535")
    }
  }

  func run() async throws {
    var options = ServerOptions()
    options.host = host
    options.port = port
    options.isRaw = raw
    options.limits.bodyBytes = maxBody
    options.limits.texts = maxTexts
    options.limits.connections = maxConnections
    options.limits.transferTime = .seconds(maxTransferSeconds)
    if let apiKeyFile { options.apiKey = try Pipeline().readKey(apiKeyFile) }
    let service = try service()
    if options.isOpen, options.apiKey == nil {
      Terminal.complain(
        "warning: \(host) is open to the network: whoever reaches it may use it (see --api-key-file)"
      )
    }
    try await serve(service, options) { address in
      let calibrated = service.calibration.map { ", calibrated by \($0.name)" } ?? ""
      Terminal.complain("serving \(service.model.name) on \(address)\(calibrated)")
    }
  }

  private func service() throws(TareError) -> RewardService {
    var limits = ServiceLimits()
    limits.waiting = maxWaiting
    limits.patience = .seconds(maxSeconds)
    let model = model ?? (engine.engine.isEmpty ? Defaults.model : nil)
    var settings = model.map { scoring.settings($0) }
    // A reward of half a text would look like any other.
    if scoring.truncate == nil { settings?.truncate = "error" }
    if let engines = try engine.settings(scoring, head) {
      let ofModel = scoring.ofTexts + (head.stepsToScore == nil ? [] : ["--steps-to-score"])
      if settings == nil, let option = ofModel.first {
        throw .usage("\(option) goes with --model: without it texts come rendered")
      }
      settings?.stepsToScore = head.stepsToScore
      return try RewardService(
        engine: engines, texts: settings, calibration: calibration, cache: cache ?? 65_536,
        limits: limits, warn: Terminal.warn)
    }
    guard var settings else { throw .usage("give --model, or --engine") }
    try head.apply(to: &settings)
    return try RewardService(
      settings, calibration: calibration, limits: limits, warn: Terminal.warn)
  }
}
