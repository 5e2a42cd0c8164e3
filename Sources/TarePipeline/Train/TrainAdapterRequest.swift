/// The user's choices for `tare train-adapter`.
internal import TareCore
internal import TareTraining

package struct TrainAdapterRequest: Sendable {
  /// A file of preference pairs for each domain, in the order of training.
  package var domains: [String]
  /// A key of the file formats; nil to recognise them by content.
  package var format: String?
  /// Other names for the files' columns, as `--columns` has them.
  package var columns: [String] = []
  /// What happens to rows that cannot be taken.
  package var policy = RowPolicy()
  /// Which rows learn, as a user writes it.
  package var update = "all"
  package var rank = AdapterSettings().rank
  package var alpha = AdapterSettings().alpha
  package var layers = AdapterSettings().layers
  /// Names of linear layers, separated by commas; "all" for all.
  package var targets = AdapterSettings().targets.map(\.name).joined(separator: ",")
  package var epochs = AdapterSettings().epochs
  package var learningRate = AdapterSettings().learningRate
  package var batchSize = AdapterSettings().batchSize
  package var seed: UInt64 = 1
  /// About this share of each domain's prompts is held out.
  package var testShare = 0.2
  /// The adapter's folder.
  package var output: String
  package var settings: ScoringSettings

  package init(domains: [String], output: String, settings: ScoringSettings) {
    self.domains = domains
    self.output = output
    self.settings = settings
  }

  /// - Throws: `TareError.usage` for a rule that there is not, or that needs a threshold.
  func rule() throws(TareError) -> UpdateRule {
    let rule = try UpdateRule(parsing: update)
    guard !rule.needsThreshold else {
      throw .usage("--update: expected \(update):T with T from 0 to 1, found \(update)")
    }
    return rule
  }

  /// - Throws: `TareError.usage` for a number that no fit can take.
  func adapterSettings() throws(TareError) -> AdapterSettings {
    func check(_ isRight: Bool, _ option: String, _ accepted: String, _ found: String)
      throws(TareError)
    {
      guard isRight else { throw .usage("\(option): expected \(accepted), found \(found)") }
    }
    try check((1...1024).contains(rank), "--rank", "1 to 1024", "\(rank)")
    try check(
      alpha > 0 && alpha <= 1e6, "--alpha", "a number above 0 and up to 1000000", "\(alpha)")
    try check(layers > 0, "--layers", "1 or more", "\(layers)")
    try check((1...10_000).contains(epochs), "--epochs", "1 to 10000", "\(epochs)")
    try check(
      learningRate > 0 && learningRate <= 1, "--learning-rate",
      "a number above 0 and up to 1", "\(learningRate)")
    try check((1...100_000).contains(batchSize), "--batch-size", "1 to 100000", "\(batchSize)")
    var settings = AdapterSettings()
    settings.rank = rank
    settings.alpha = alpha
    settings.layers = layers
    settings.epochs = epochs
    settings.learningRate = learningRate
    settings.batchSize = batchSize
    settings.targets = []
    if targets == "all" {
      settings.targets = AdaptedLayer.Place.allCases
    } else {
      for name in targets.split(separator: ",", omittingEmptySubsequences: false) {
        settings.targets.append(try AdaptedLayer.Place(named: String(name)))
      }
    }
    return settings
  }
}
