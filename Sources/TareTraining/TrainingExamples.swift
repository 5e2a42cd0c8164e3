/// What a head is fitted to: preference pairs, or texts of classes.

/// Features of a domain's examples.
package protocol TrainingExamples: Sendable {
  associatedtype Rows: TrainingRows where Rows.Examples == Self

  /// [example]
  var prompts: [String] { get }
  /// All feature vectors, by which they are standardised, [vector][width].
  var vectors: [[Float]] { get }
  /// What a head for them gives: one reward, or a logit for each class of all domains.
  var outputCount: Int { get }
  /// Whether an example is held out, where the data say so, [example].
  var isHeldOut: [Bool]? { get }

  func rows(_ rows: [Int]) -> Self
  static func joined(_ parts: [Self]) -> Self
}

extension TrainingExamples {
  package var count: Int { prompts.count }
  var width: Int { vectors.first?.count ?? 0 }
}

/// Standardised examples, row after row, as the network takes them.
package protocol TrainingRows: Sendable {
  associatedtype Examples

  init(_ examples: Examples, _ statistics: FeatureStatistics)

  var count: Int { get }

  /// Adds other examples after these.
  mutating func add(_ places: some Collection<Int>, of other: Self)
  /// Loss and gradient of a batch of these.
  func pass(_ members: some Collection<Int>, through network: MLPNetwork) -> MLPNetwork.Pass
  /// The share that the network has right; a tie is wrong.
  func accuracy(of network: MLPNetwork) -> Double
}

extension FeatureStatistics {
  /// Standardised vectors, row after row, [count, width].
  func standardised(_ vectors: [[Float]]) -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(vectors.count * means.count)
    for vector in vectors {
      precondition(vector.count == means.count)
      for (index, value) in vector.enumerated() {
        values.append((Double(value) - means[index]) / deviations[index])
      }
    }
    return values
  }
}
