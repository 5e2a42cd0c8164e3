/// The head that `train-head` makes: one layer, fitted to pairs of features.
package import TareCore
package import TareEngine

extension LinearHead {
  /// Fits the weights on pairs of features.
  ///
  /// Features are divided by their standard deviation first, so that one ridge suits all; the
  /// division is folded into the weights. The bias makes the mean score of the pairs 0.
  /// - Parameters:
  ///   - prompts: the prompt of each pair; a prompt's pairs stay together in cross-validation.
  ///   - ridges: the penalties to choose among.
  package static func fit(
    _ pairs: [(chosen: [Float], rejected: [Float])], prompts: [String], ridges: [Double],
    folds: Int
  ) throws(TareError) -> (head: LinearHead, choice: BradleyTerry.RidgeChoice) {
    guard let width = pairs.first?.chosen.count else {
      throw .badData(place: "pairs", found: "none", accepted: "at least \(folds) prompts")
    }
    let statistics = FeatureStatistics(pairs.flatMap { [$0.chosen, $0.rejected] }, width: width)
    var differences: [Double] = []
    differences.reserveCapacity(pairs.count * width)
    for pair in pairs {
      for i in 0..<width {
        differences.append(
          (Double(pair.chosen[i]) - Double(pair.rejected[i])) / statistics.deviations[i])
      }
    }
    let features = PairFeatures(
      differences: differences, width: width, groups: PromptGroups(prompts).groupOfRow.map(Int.init)
    )
    let choice = try BradleyTerry.chooseRidge(features, among: ridges, folds: folds)
    let scaled = try BradleyTerry.fit(features, ridge: choice.ridge)
    let weights = zip(scaled, statistics.deviations).map { $0 / $1 }
    let mean = zip(weights, statistics.means).reduce(0) { $0 + $1.0 * $1.1 }
    return (LinearHead(weight: weights.map { Float($0) }, bias: Float(-mean)), choice)
  }
}
