/// The options of `tare decide` for servers that answer typed questions.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct DecideEngineArguments: ParsableArguments {
  @Option(
    help: """
      Address of an inference server that answers typed questions, such as http://HOST:8000, in place of \
      --model. Several servers of one model share the work.
      """)
  var engine: [String] = []

  @Option(
    help: ArgumentHelp(
      "Protocol of the servers: "
        + DecisionEngineSettings.protocols.map { "\($0.key), \($0.summary)" }
        .joined(separator: "; ") + ".", valueName: "protocol"))
  var engineProtocol: String?

  @Option(help: "Name of the model on the servers (default: the only one that they list).")
  var engineModel: String?

  @Option(help: "Concurrent requests per server (default: \(EngineSettings.concurrency)).")
  var engineConcurrency: Int?

  @Option(
    help: ArgumentHelp(
      "Seconds that one request may take (default: \(EngineSettings.timeout)).",
      valueName: "seconds"))
  var engineTimeout: Int?

  @Option(
    help: ArgumentHelp(
      """
      Seconds to keep asking servers that do not answer (default: \(EngineSettings.patience)).
      """, valueName: "seconds"))
  var enginePatience: Int?

  @Option(help: "File with the servers' API key, sent as Authorization: Bearer KEY.")
  var engineKeyFile: String?

  @Option(
    help: "Maximum number of requests in this call, failed ones included; the run can be resumed.")
  var maxRequests: Int?

  /// A month: what clocks can still add to the time.
  private static let longest = 2_592_000

  private var given: [(name: String, isGiven: Bool)] {
    [
      ("--engine-protocol", engineProtocol != nil), ("--engine-model", engineModel != nil),
      ("--engine-concurrency", engineConcurrency != nil),
      ("--engine-timeout", engineTimeout != nil), ("--engine-patience", enginePatience != nil),
      ("--engine-key-file", engineKeyFile != nil), ("--max-requests", maxRequests != nil),
    ]
  }

  /// The servers that are asked for; nil for none.
  ///
  /// - Parameter ofModel: options that are given and that the server decides.
  /// - Throws: `TareError.usage` that names an option which goes only with servers, or never does.
  func settings(_ ofModel: [String]) throws(TareError) -> DecisionEngineSettings? {
    guard !engine.isEmpty else {
      if let option = given.first(where: \.isGiven) {
        throw .usage("\(option.name) requires --engine")
      }
      return nil
    }
    if let option = ofModel.first {
      throw .usage("\(option) cannot be combined with --engine: the server decides how it answers")
    }
    guard let engineProtocol else {
      let keys = DecisionEngineSettings.protocols.map(\.key).joined(separator: ", ")
      throw .usage("--engine requires --engine-protocol: \(keys)")
    }
    for (name, seconds, least) in [
      ("--engine-timeout", engineTimeout, 1), ("--engine-patience", enginePatience, 0),
    ] {
      guard let seconds, !(least...Self.longest).contains(seconds) else { continue }
      throw .usage("\(name): expected \(least) to \(Self.longest) seconds, found \(seconds)")
    }
    var own = EngineSettings(urls: engine, protocol: engineProtocol)
    own.model = engineModel
    (own.timeout, own.patience) = (engineTimeout, enginePatience)
    if let engineConcurrency { own.concurrency = engineConcurrency }
    if let engineKeyFile { own.key = try Pipeline().readKey(engineKeyFile) }
    var settings = DecisionEngineSettings(own)
    settings.maxRequests = maxRequests
    return settings
  }
}
