/// Sums over tokens that ran through all experts of a layer.

package struct ExpertOutputSums: Sendable {
  private var ranks: OutputRanks
  private var similarity = 0.0
  private var active = 0.0

  package init(experts: Int) { ranks = OutputRanks(experts: experts) }

  /// - Parameters:
  ///   - scores: the router's for one token, [experts].
  ///   - norms: of the experts' outputs for it, [experts].
  ///   - similarity: mean over pairs of experts of the cosine of their outputs.
  ///   - active: mean over the chosen experts of the share of active neurons.
  package mutating func add(
    scores: [Float], norms: [Float], similarity: Double, active: Double
  ) {
    ranks.add(scores: scores, norms: norms)
    self.similarity += similarity
    self.active += active
  }

  /// Nil without tokens.
  package func outcome(threshold: Double) -> ExpertOutputs? {
    guard ranks.tokens > 0 else { return nil }
    let count = Double(ranks.tokens)
    return ExpertOutputs(
      tokens: ranks.tokens, ranks: ranks.ranks, spearman: ranks.spearman,
      firstIsLargest: ranks.firstIsLargest, similarity: similarity / count,
      active: active / count, threshold: threshold)
  }
}
