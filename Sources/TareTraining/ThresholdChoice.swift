/// MIGU's threshold, by cross-validation on the training pairs of the first two domains.
package import TareCore

package struct ThresholdChoice: Sendable {
  package let threshold: Double
  /// Held-out accuracy of each threshold that was tried, and first of 0, which masks nothing and is
  /// not for choice.
  package let accuracies: [(threshold: Double, accuracy: Double)]

  package static let candidates = [0.1, 0.3, 0.5, 0.7, 0.9]
  package static let folds = 5

  /// Each fold is a sequence of two domains of its own. The threshold with the highest mean of both
  /// domains' held-out accuracies after the second wins; among equals the lowest.
  ///
  /// - Parameter domains: at least two; of the first two the training pairs are used, and nothing
  ///   else.
  /// - Throws: `TareError.badData` where a domain has fewer training prompts than folds.
  package init<Examples: TrainingExamples>(
    _ domains: [SplitDomain<Examples>], _ settings: SequenceSettings, seed: UInt64
  ) throws(TareError) {
    let pairs = domains.prefix(2).map(\.train)
    let groups = pairs.map { PromptGroups($0.prompts) }
    for group in groups where group.count < Self.folds {
      throw .badData(
        place: "training pairs of the first two domains", found: "one with \(group.count) prompts",
        accepted: "at least \(Self.folds), for \(Self.folds)-fold cross-validation of MIGU's T")
    }
    let thresholds = [0] + Self.candidates
    var totals = [Double](repeating: 0, count: thresholds.count)
    for fold in 0..<Self.folds {
      let parts = zip(pairs, groups).map { pairs, groups in
        let isHeld = groups.groupOfRow.map { Int($0) % Self.folds == fold }
        return SplitDomain(
          train: pairs.rows(isHeld.indices.filter { !isHeld[$0] }),
          test: pairs.rows(isHeld.indices.filter { isHeld[$0] }))
      }
      let fit = SequenceFit(parts, settings, seed: seed)
      var first: MLPNetwork?
      for (index, threshold) in thresholds.enumerated() {
        let run = fit.run(.migu(threshold: threshold), after: first)
        first = run.networks[0]
        totals[index] += run.accuracies[1].reduce(0, +) / 2
      }
    }
    let means = totals.map { $0 / Double(Self.folds) }
    accuracies = Array(zip(thresholds, means))
    var best = 1
    for index in means.indices.dropFirst(2) where means[index] > means[best] { best = index }
    threshold = thresholds[best]
  }
}
