/// Preference pairs as features: what an MLP head is fitted on and judged by.

/// The features of both responses of each pair.
package struct FeaturePairs: Sendable {
  /// [pair][width]
  package let chosen: [[Float]]
  /// [pair][width]
  package let rejected: [[Float]]
  /// [pair]
  package let prompts: [String]

  package init(chosen: [[Float]], rejected: [[Float]], prompts: [String]) {
    precondition(chosen.count == prompts.count && rejected.count == prompts.count)
    self.chosen = chosen
    self.rejected = rejected
    self.prompts = prompts
  }

  package var count: Int { prompts.count }
  var width: Int { chosen.first?.count ?? 0 }

  func rows(_ rows: [Int]) -> FeaturePairs {
    FeaturePairs(
      chosen: rows.map { chosen[$0] }, rejected: rows.map { rejected[$0] },
      prompts: rows.map { prompts[$0] })
  }
}
