/// The user's choices for `tare train-head --sequence`.
internal import TareCore
internal import TareTraining

package struct TrainSequenceRequest: Sendable {
  /// A file of preference pairs for each domain, in the order of training.
  package var domains: [String]
  /// A key of the file formats; nil to recognise them by content.
  package var format: String?
  /// Other names for the files' columns, as `--columns` has them.
  package var columns: [String] = []
  /// What happens to rows that cannot be taken.
  package var policy = RowPolicy()
  /// The ways of fitting that are compared, as a user writes them; the others with the first.
  package var updates: [String]
  /// Widths between the features and the reward.
  package var hidden = SequenceSettings().hidden
  /// Passes over each domain's training pairs.
  package var epochs = SequenceSettings().epochs
  package var learningRate = SequenceSettings().learningRate
  /// Pairs of a step.
  package var batchSize = SequenceSettings().batchSize
  /// How many; the seeds are 1, 2 and so on.
  package var seeds = Self.fewestSeeds
  /// About this share of each domain's prompts is held out.
  package var testShare = 0.2
  /// Where the head of the first update and the first seed goes after the last stage.
  package var output: String?
  /// Where features are kept; nil keeps none.
  package var store: String?
  package var settings: ScoringSettings

  package init(domains: [String], updates: [String], settings: ScoringSettings) {
    self.domains = domains
    self.updates = updates
    self.settings = settings
  }

  /// Intervals over fewer seeds say too little.
  package static let fewestSeeds = 5

  /// - Throws: `TareError.usage` for a rule that there is not, or one that is given twice.
  func rules() throws(TareError) -> [UpdateRule] {
    let rules = try updates.map { (text) throws(TareError) in try UpdateRule(parsing: text) }
    if let repeated = rules.first(where: { rule in rules.count { $0 == rule } > 1 }) {
      throw .usage("--update: expected each rule once, found \(repeated) twice")
    }
    return rules.isEmpty ? [.all] : rules
  }

  /// - Throws: `TareError.usage` for a number that no fit can take.
  func headSettings() throws(TareError) -> SequenceSettings {
    guard domains.count > 1 else {
      throw .usage("--sequence: expected two or more files, in order, found \(domains.count)")
    }
    // A saved head has at most nine layers (MLPHead).
    guard (1...8).contains(hidden.count), hidden.allSatisfy((1...4096).contains) else {
      throw .usage(
        "--hidden: expected 1 to 8 widths from 1 to 4096, such as 64 or 128,32, found "
          + hidden.map(String.init).joined(separator: ","))
    }
    guard (1...10_000).contains(epochs) else {
      throw .usage("--epochs: expected 1 to 10000, found \(epochs)")
    }
    guard learningRate > 0, learningRate <= 1 else {
      throw .usage("--learning-rate: expected a number above 0 and up to 1, found \(learningRate)")
    }
    guard (1...100_000).contains(batchSize) else {
      throw .usage("--batch-size: expected 1 to 100000, found \(batchSize)")
    }
    guard (Self.fewestSeeds...1000).contains(seeds) else {
      throw .usage(
        "--seeds: expected \(Self.fewestSeeds) to 1000, as intervals are over seeds, found \(seeds)"
      )
    }
    var settings = SequenceSettings()
    settings.hidden = hidden
    settings.epochs = epochs
    settings.learningRate = learningRate
    settings.batchSize = batchSize
    return settings
  }
}
