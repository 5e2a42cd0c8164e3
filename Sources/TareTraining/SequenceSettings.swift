/// How an MLP head is fitted to a sequence of domains.

package struct SequenceSettings: Sendable, Hashable {
  /// Widths between the features and the reward.
  package var hidden = [64]
  /// Passes over each domain's training pairs.
  package var epochs = 10
  package var learningRate = 1e-3
  /// Pairs of a step.
  package var batchSize = 16

  package init() {}
}
