/// Preference pairs as features: what an MLP head is fitted on and judged by.

/// The features of both responses of each pair.
package struct FeaturePairs: TrainingExamples {
  package typealias Rows = PairRows

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

  package var vectors: [[Float]] { chosen + rejected }
  package var outputCount: Int { 1 }
  package var isHeldOut: [Bool]? { nil }

  package static func joined(_ parts: [FeaturePairs]) -> FeaturePairs {
    FeaturePairs(
      chosen: parts.flatMap(\.chosen), rejected: parts.flatMap(\.rejected),
      prompts: parts.flatMap(\.prompts))
  }

  package func rows(_ rows: [Int]) -> FeaturePairs {
    FeaturePairs(
      chosen: rows.map { chosen[$0] }, rejected: rows.map { rejected[$0] },
      prompts: rows.map { prompts[$0] })
  }
}
