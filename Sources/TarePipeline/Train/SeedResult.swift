/// The results of `tare train-head --sequence` by seed.
internal import TareEvaluation
internal import TareTraining

/// What one seed gave.
struct SeedResult: Sendable {
  /// Held-out pairs of each domain, [domain].
  let testPairs: [Int]
  /// Nil where no rule asked for it.
  var choice: ThresholdChoice?
  /// [rule]
  var matrices: [AccuracyMatrix] = []
  /// [domain]
  var joint: [Double] = []
  /// The head of the first rule, for features as they are.
  var network: MLPNetwork?

  init(testPairs: [Int]) { self.testPairs = testPairs }
}
