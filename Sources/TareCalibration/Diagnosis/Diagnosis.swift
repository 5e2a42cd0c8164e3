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
  /// Prompts with several responses.
  package let comparedPrompts: Int
  /// Over all responses; nil where score or covariate is constant.
  package let pooled: Association?
  /// Within prompts, each column less its mean there; nil where nothing varies there.
  package let withinPrompt: Association?
  /// Pairs of responses to one prompt: concordant where the one with more of the covariate has the
  /// higher score.
  package let scorePairs: PairOrder
  /// The same with the labels in the score's place; nil without labels.
  package let labelPairs: PairOrder?

  /// The value that more than half of the responses have; nil where none is so common.
  package let commonValue: CommonValue?

  /// How sure these numbers are; nil if that was not asked for.
  package private(set) var intervals: DiagnosisIntervals?
  /// The fitted curve with its band; nil if that was not asked for.
  package private(set) var curve: CurveBand?

  /// - Parameters:
  ///   - index: the covariate's place in the table.
  ///   - thorough: finds intervals and curve too.
  package init(of given: CalibrationTable, covariate index: Int = 0, thorough: Bool = false) {
    let table = given.canonical().table
    let column = table.columns[index]
    covariate = table.covariates[index]
    n = table.count
    prompts = table.prompts?.count
    comparedPrompts = table.prompts?.counts.count { $0 > 1 } ?? 0
    pooled = Association(of: table.scores, on: column)
    withinPrompt = table.prompts.flatMap {
      Association(within: $0, of: table.scores, on: column)
    }
    scorePairs = table.prompts.map { PairOrder(within: $0, column, table.scores) } ?? .init()
    labelPairs = table.prompts.flatMap { prompts in
      table.labels.map { PairOrder(within: prompts, column, $0) }
    }
    commonValue = CommonValue(of: table, index)
    guard thorough else { return }
    intervals = DiagnosisIntervals(of: table, index, self)
    curve = CurveBand(of: table, index)
  }

  /// Whether quality may be independent of the covariate: the interval of the share of pairs in
  /// which more is better holds a half. Nil without labels or intervals.
  package var isIndependentOfQuality: Bool? { intervals?.labelPairs?.contains(0.5) }

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
      Over all responses the score \(direction(pooled.slope)) with \(covariate.name), but within \
      prompts it \(direction(withinPrompt.slope)). A curve fitted to all responses would change \
      the order within prompts in the wrong direction.
      """
    ]
  }

  package var json: JSONValue {
    var object: JSONObject = [
      "covariate": .string(covariate.name),
      "n": .int(n),
      "prompts": prompts.map { .int($0) } ?? .null,
      "pooled": pooled?.json(intervals?.pooled) ?? .null,
      "within_prompt": withinPrompt?.json(intervals?.withinPrompt) ?? .null,
      "slopes_agree": slopesAgree.map { .bool($0) } ?? .null,
      "more_scores_higher": scorePairs.json(intervals?.scorePairs),
      "more_is_better": labelPairs?.json(intervals?.labelPairs) ?? .null,
      "independent_of_quality": isIndependentOfQuality.map { .bool($0) } ?? .null,
      "warnings": .array(warnings.map { .string($0) }),
    ]
    if let commonValue { object["common_value"] = commonValue.json }
    if let intervals { object["resamples"] = .int(intervals.resamples) }
    if let curve { object["curve"] = curve.json }
    return .object(object)
  }
}

extension Association {
  fileprivate func json(_ intervals: DiagnosisIntervals.Pair?) -> JSONValue {
    var object: JSONObject = [
      "rank_correlation": .double(rankCorrelation), "correlation": .double(correlation),
      "slope": .double(slope),
    ]
    if let intervals {
      object["rank_correlation_interval"] = intervals.rankCorrelation?.json ?? .null
      object["slope_interval"] = intervals.slope?.json ?? .null
    }
    return .object(object)
  }
}

extension PairOrder {
  /// The share, and the pairs it is a share of.
  fileprivate func json(_ interval: ClosedRange<Double>?) -> JSONValue {
    var object: JSONObject = [
      "share": concordantShare.map { .double($0) } ?? .null, "pairs": .int(count),
    ]
    if let interval { object["interval"] = interval.json }
    return .object(object)
  }
}
