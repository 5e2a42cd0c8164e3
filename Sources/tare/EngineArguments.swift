/// The options of the commands that may leave the model to engines elsewhere.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct EngineArguments: ParsableArguments {
  @Option(
    help: """
      Address of a remote engine that computes the rewards, such as http://HOST:8000. Several engines \
      of one model share the work; what one does not answer goes to another.
      """)
  var engine: [String] = []

  @Option(
    help: ArgumentHelp(
      "Protocol of the engines: "
        + EngineSettings.protocols.map { "\($0.key), \($0.summary)" }.joined(separator: "; ") + ".")
  )
  var engineProtocol: String?

  @Option(help: "Name of the model on the engines (default: they are asked).")
  var engineModel: String?

  @Option(
    help: "Concurrent requests per engine (default: \(EngineSettings.concurrency)).")
  var engineConcurrency: Int?

  @Option(
    help: ArgumentHelp(
      "Seconds that one request to an engine may take (default: \(EngineSettings.timeout)).",
      valueName: "seconds"))
  var engineTimeout: Int?

  @Option(
    help: ArgumentHelp(
      """
      Seconds to keep asking engines that do not answer, for example while a server restarts \
      (default: \(EngineSettings.patience); 0 in serve).
      """, valueName: "seconds"))
  var enginePatience: Int?

  @Option(help: "File with the engines' API key, sent as Authorization: Bearer KEY.")
  var engineKeyFile: String?

  /// A month: what clocks can still add to the time.
  private static let longest = 2_592_000

  /// The engines that are asked for; nil for none.
  ///
  /// - Throws: `TareError.usage` that names an option which goes only with engines, or never does.
  func settings(
    _ scoring: ScoringArguments, _ head: HeadArguments
  ) throws(TareError) -> EngineSettings? {
    guard !engine.isEmpty else {
      let given: [(String, Bool)] = [
        ("--engine-protocol", engineProtocol != nil), ("--engine-model", engineModel != nil),
        ("--engine-concurrency", engineConcurrency != nil),
        ("--engine-timeout", engineTimeout != nil), ("--engine-patience", enginePatience != nil),
        ("--engine-key-file", engineKeyFile != nil),
      ]
      if let option = given.first(where: \.1) { throw .usage("\(option.0) requires --engine") }
      return nil
    }
    // How steps become a score, and which label of several is one, is decided here.
    var chosen = ["--steps-to-score"]
    if engineProtocol.map(EngineSettings.answersLabels) == true {
      chosen += ["--output-index", "--output-name", "--output-weights"]
    }
    let decided = head.given.filter { !chosen.contains($0) } + scoring.ofComputation
    if let option = decided.first {
      throw .usage("\(option) cannot be combined with --engine: the engine decides how it computes")
    }
    guard let engineProtocol else {
      let keys = EngineSettings.protocols.map(\.key).joined(separator: ", ")
      throw .usage("--engine requires --engine-protocol: \(keys)")
    }
    var settings = EngineSettings(urls: engine, protocol: engineProtocol)
    settings.model = engineModel
    for (name, seconds, least) in [
      ("--engine-timeout", engineTimeout, 1), ("--engine-patience", enginePatience, 0),
    ] {
      guard let seconds, !(least...Self.longest).contains(seconds) else { continue }
      throw .usage("\(name): expected \(least) to \(Self.longest) seconds, found \(seconds)")
    }
    (settings.timeout, settings.patience) = (engineTimeout, enginePatience)
    (settings.outputIndex, settings.outputName) = (head.outputIndex, head.outputName)
    settings.outputWeights = try head.weights()
    if let engineConcurrency { settings.concurrency = engineConcurrency }
    if let engineKeyFile { settings.key = try Pipeline().readKey(engineKeyFile) }
    return settings
  }
}
