/// What the scores say about the covariate before anything is corrected.
package import TareCore

/// How a score follows a covariate, across prompts and within them.
///
/// The two can have opposite signs: prompts whose answers are long may score high, while of the
/// answers to one prompt the longer scores lower. A curve through all responses then corrects the
/// wrong way.
package struct Diagnosis: Sendable, Hashable {
  package let covariate: Covariate
  /// Responses.
  package let n: Int
  /// Prompts; nil where the data does not tell.
  package let prompts: Int?
  /// Over all responses; nil where score or covariate is constant.
  package let pooled: Association?
  /// Within prompts, each column less its mean there; nil where nothing varies there.
  package let withinPrompt: Association?
  /// Pairs of responses to one prompt: concordant where the one with more of the covariate has the
  /// higher score.
  package let scorePairs: PairOrder
  /// The same with the labels in the score's place; nil without labels.
  package let labelPairs: PairOrder?

  package init(of table: CalibrationTable) {
    covariate = table.covariate
    n = table.scores.count
    prompts = table.prompts?.count
    pooled = Association(of: table.scores, on: table.values)
    withinPrompt = table.prompts.flatMap {
      Association(within: $0, of: table.scores, on: table.values)
    }
    scorePairs = table.prompts.map { PairOrder(within: $0, table.values, table.scores) } ?? .init()
    labelPairs = table.prompts.flatMap { prompts in
      table.labels.map { PairOrder(within: prompts, table.values, $0) }
    }
  }

  /// Whether the slopes over all responses and within prompts have the same sign; nil where one of
  /// them is unknown or 0.
  package var slopesAgree: Bool? {
    guard let pooled = pooled?.slope, let within = withinPrompt?.slope, pooled != 0, within != 0
    else { return nil }
    return (pooled < 0) == (within < 0)
  }

  /// In plain words, what speaks against correcting with one curve through all responses.
  package var warnings: [String] {
    guard slopesAgree == false, let pooled, let withinPrompt else { return [] }
    func direction(_ slope: Double) -> String { slope > 0 ? "rises" : "falls" }
    return [
      """
      Across all responses the score \(direction(pooled.slope)) with \(covariate.name), but among \
      the responses to one prompt it \(direction(withinPrompt.slope)). A curve through all \
      responses would correct the order of one prompt's responses the wrong way.
      """
    ]
  }

  package var json: JSONValue {
    .object([
      "covariate": .string(covariate.name),
      "n": .int(n),
      "prompts": prompts.map { .int($0) } ?? .null,
      "pooled": pooled?.json ?? .null,
      "within_prompt": withinPrompt?.json ?? .null,
      "slopes_agree": slopesAgree.map { .bool($0) } ?? .null,
      "more_scores_higher": scorePairs.json,
      "more_is_better": labelPairs?.json ?? .null,
      "warnings": .array(warnings.map { .string($0) }),
    ])
  }
}

extension Association {
  fileprivate var json: JSONValue {
    .object([
      "rank_correlation": .double(rankCorrelation), "correlation": .double(correlation),
      "slope": .double(slope),
    ])
  }
}

extension PairOrder {
  /// The share, and the pairs it is a share of.
  fileprivate var json: JSONValue {
    .object([
      "share": concordantShare.map { .double($0) } ?? .null, "pairs": .int(count),
    ])
  }
}
