/// The options of `tare train-head --sequence`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct SequenceArguments: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Fit an MLP head to one domain after the other: a file of pairs for each, in order.",
      valueName: "pairs"))
  var sequence: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      How it is fitted to the next domain; give several to compare them with the first. all: every \
      parameter learns. migu:T: rows whose outputs are smaller than the T quantile do not (arXiv \
      2406.17245); migu alone finds T by cross-validation on the first two domains. random:T: as \
      many rows, drawn at random. replay:R: all learn, and the share R of each earlier domain's pairs \
      is mixed in (default: all).
      """, valueName: "all|migu[:T]|random[:T]|replay:R"))
  var update: [String] = []

  @Option(help: "Widths of the hidden layers, as 128,32 (default: 64).")
  var hidden: String?
  @Option(help: "Passes over each domain (default: 10).")
  var epochs: Int?
  @Option(help: "Adam's learning rate (default: 0.001).")
  var learningRate: Double?
  @Option(help: "Pairs of a step (default: 16).")
  var batchSize: Int?
  @Option(
    help: """
      So many seeds, at least 5 (default: 5); each splits the domains anew and starts anew, and \
      intervals are over them.
      """)
  var seeds: Int?
  @Flag(help: "Print the outcome of a sequence as JSON.")
  var json = false

  /// - Throws: `TareError.usage` for what cannot be read.
  func request(_ settings: ScoringSettings) throws(TareError) -> TrainSequenceRequest {
    var request = TrainSequenceRequest(
      domains: sequence, updates: update, settings: settings)
    if let hidden {
      let parts = hidden.split(separator: ",", omittingEmptySubsequences: false)
      let widths = parts.compactMap { Int($0) }
      guard widths.count == parts.count else {
        throw .usage("--hidden \(hidden); accepted: widths as 64 or 128,32")
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
      ("--seeds", seeds != nil), ("--json", json),
    ]
    return given.filter(\.1).map(\.0)
  }
}
