/// The options of `tare train-head --sequence`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct SequenceArguments: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      Train an MLP head on one domain after the other: one file of pairs, or of texts with labels, per \
      domain, in order.
      """, valueName: "file"))
  var sequence: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Update rule for each next domain; several are compared with the first. all: every parameter \
      learns. migu:T: rows whose outputs are below the T quantile stay frozen (arXiv 2406.17245); \
      migu without T chooses T by cross-validation on the first two domains. random:T: as many rows, \
      chosen at random. replay:R: every parameter learns, and the fraction R of each earlier domain's \
      pairs is mixed in (default: all).
      """, valueName: "all|migu[:T]|random[:T]|replay:R"))
  var update: [String] = []

  @Option(help: "Widths of the hidden layers, such as 128,32 (default: 64).")
  var hidden: String?
  @Option(help: "Epochs per domain (default: 10).")
  var epochs: Int?
  @Option(help: "Adam's learning rate (default: 0.001).")
  var learningRate: Double?
  @Option(help: "Pairs per batch (default: 16).")
  var batchSize: Int?
  @Option(
    help: """
      Number of seeds, at least 5 (default: 5). Each has its own split of the domains and its own \
      initialization; intervals are over seeds.
      """)
  var seeds: Int?
  @Flag(help: "Print the results of a sequence as JSON; without --sequence they always are.")
  var json = false

  /// - Throws: `TareError.usage` for what cannot be read.
  func request(_ settings: ScoringSettings) throws(TareError) -> TrainSequenceRequest {
    var request = TrainSequenceRequest(
      domains: sequence, updates: update, settings: settings)
    if let hidden {
      let parts = hidden.split(separator: ",", omittingEmptySubsequences: false)
      let widths = parts.compactMap { Int($0) }
      guard widths.count == parts.count else {
        throw .usage("--hidden: expected widths such as 64 or 128,32, found \(hidden)")
      }
      request.hidden = widths
    }
    if let epochs { request.epochs = epochs }
    if let learningRate { request.learningRate = learningRate }
    if let batchSize { request.batchSize = batchSize }
    if let seeds { request.seeds = seeds }
    return request
  }

  /// Options that were given and that only a sequence has.
  var given: [String] {
    let given: [(String, Bool)] = [
      ("--update", !update.isEmpty), ("--hidden", hidden != nil), ("--epochs", epochs != nil),
      ("--learning-rate", learningRate != nil), ("--batch-size", batchSize != nil),
      ("--seeds", seeds != nil),
    ]
    return given.filter(\.1).map(\.0)
  }
}
