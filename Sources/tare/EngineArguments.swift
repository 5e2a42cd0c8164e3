/// The options of the commands that may leave the model to engines elsewhere.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct EngineArguments: ParsableArguments {
  @Option(
    help: """
      An engine elsewhere that computes the rewards, as http://HOST:8000; several, of one model, share \
      the work, and what one does not answer goes to another.
      """)
  var engine: [String] = []

  @Option(
    help: ArgumentHelp(
      "What the engines speak: "
        + EngineSettings.protocols.map { "\($0.key), \($0.summary)" }.joined(separator: "; ") + ".")
  )
  var engineProtocol: String?

  @Option(help: "What the engines call their model (default: they are asked).")
  var engineModel: String?

  @Option(
    help: "Requests that an engine has at the same time (default: \(EngineSettings.concurrency)).")
  var engineConcurrency: Int?

  @Option(help: "A file with the key that the engines want: Authorization: Bearer KEY.")
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
      if let option = given.first(where: \.1) { throw .usage("\(option.0) goes with --engine") }
      return nil
    }
    // How steps become a score is decided here; for which models, only they tell.
    let decided = head.given.filter { $0 != "--steps-to-score" } + scoring.ofComputation
    if let option = decided.first {
      throw .usage("\(option) does not go with --engine: the engine decides how it computes")
    }
    guard let engineProtocol else {
      let keys = EngineSettings.protocols.map(\.key).joined(separator: ", ")
      throw .usage("--engine wants --engine-protocol; accepted: \(keys)")
    }
    var settings = EngineSettings(urls: engine, protocol: engineProtocol)
    settings.model = engineModel
    if let engineConcurrency { settings.concurrency = engineConcurrency }
    if let engineKeyFile { settings.key = try Pipeline().readKey(engineKeyFile) }
    return settings
  }
}
