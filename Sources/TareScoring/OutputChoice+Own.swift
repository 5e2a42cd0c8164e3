/// What of a model's own outputs is the score, where nobody chooses.
internal import TareEngine

extension OutputChoice {
  /// The output that the head itself calls its score; of a reranker what speaks for a pair less what speaks against it; of a process reward model a
  /// probability; else the only output.
  static func own(
    of head: any RewardHead, _ rule: ReadRule?, _ reranker: RerankerReading?
  ) -> OutputChoice {
    if let index = head.scoreOutput { return .index(index) }
    if rule?.readsSteps == true { return .probability }
    guard head.outputCount == 2, let reranker else { return .single }
    if reranker.tokens.count == 2 { return .weights([1, -1]) }
    return reranker.outputWeights.map { .weights($0) } ?? .single
  }
}
