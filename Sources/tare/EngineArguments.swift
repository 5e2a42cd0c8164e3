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

  @Option(help: "File with the engines' API key, sent as Authorization: Bearer KEY.")
  var engineKeyFile: String?

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
        ("--engine-key-file", engineKeyFile != nil),
      ]
      if let option = given.first(where: \.1) { throw .usage("\(option.0) requires --engine") }
      return nil
    }
    // How steps become a score is decided here; for which models, only they tell.
    let decided = head.given.filter { $0 != "--steps-to-score" } + scoring.ofComputation
    if let option = decided.first {
      throw .usage("\(option) cannot be combined with --engine: the engine decides how it computes")
    }
    guard let engineProtocol else {
      let keys = EngineSettings.protocols.map(\.key).joined(separator: ", ")
      throw .usage("--engine requires --engine-protocol: \(keys)")
    }
    var settings = EngineSettings(urls: engine, protocol: engineProtocol)
    settings.model = engineModel
    if let engineConcurrency { settings.concurrency = engineConcurrency }
    if let engineKeyFile { settings.key = try Pipeline().readKey(engineKeyFile) }
    return settings
  }
}
