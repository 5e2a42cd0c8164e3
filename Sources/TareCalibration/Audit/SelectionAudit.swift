/// Whether a correction holds where the corrected score selects.
package import TareCore

/// What the best of n responses, and the pairs for preference training, have of a covariate: by the raw scores and
/// by the calibrated ones, beside what is offered.
///
/// The best of n is that of all n-subsets of a prompt's responses, exactly (`SubsetMaximum`); prompts with n or
/// more responses count, each once. Pairs are the best and the worst response of a prompt, those of equal score
/// left out. Intervals are 1.96 standard errors over prompts.
package struct SelectionAudit: Sendable, Hashable {
  package struct Point: Sendable, Hashable {
    package let n: Int
    /// Prompts that have n responses.
    package let prompts: Int
    /// The mean over those prompts of what their responses have.
    package let offered: Double
    /// What the best has, less what is offered.
    package var raw: AuditEstimate
    package var calibrated: AuditEstimate
    /// Calibrated less raw, prompt by prompt.
    package var change: AuditEstimate
  }

  /// The chosen response's less the rejected one's.
  package struct Pairs: Sendable, Hashable {
    /// Pairs of raw and of calibrated scores.
    package let rawPairs: Int
    package let calibratedPairs: Int
    package let raw: AuditEstimate?
    package let calibrated: AuditEstimate?
  }

  package enum Verdict: String, Sendable {
    /// The best of n is not, or hardly, another than what is offered.
    case holds
    /// No association within prompts is left, and yet the best of n differs.
    case onAverageOnly = "flat_on_average_only"
    /// An association within prompts is left as well.
    case remains
    /// Too few prompts have several responses.
    case unknown
  }

  package let covariate: Covariate
  /// The covariate's standard deviation within prompts.
  package let spread: Double
  /// n = 2, 3, …
  package private(set) var points: [Point]
  package let pairs: Pairs
  /// Rank correlation of the score and the covariate within prompts; nil where either is constant there.
  package let rawCorrelation: Double?
  package let calibratedCorrelation: Double?

  /// Below, the standard error of a mean over prompts is itself uncertain.
  package static let leastPrompts = 30
  /// Cohen's (1988) small effects: a correlation of 0.1, a difference of 0.2 standard deviations.
  package static let smallCorrelation = 0.1
  package static let smallDifference = 0.2

  /// - Parameters:
  ///   - index: the covariate's place in the table.
  ///   - calibrated: the scores after calibration, [row].
  ///   - n: those that are computed; nil for all.
  /// - Returns: nil without prompts, or where the covariate is constant within each.
  package init?(
    _ table: CalibrationTable, covariate index: Int = 0, calibrated: [Double],
    only n: Set<Int>? = nil
  ) {
    guard let groups = table.prompts else { return nil }
    let column = table.columns[index]
    let clusters = PromptClusters(groups)
    let centred = clusters.centred(column)
    let squares = centred.reduce(0) { $0 + $1 * $1 }
    guard squares > 0 else { return nil }
    covariate = table.covariates[index]
    spread = (squares / Double(centred.count - clusters.count)).squareRoot()
    points = SelectionSums(table.scores, calibrated, column, clusters, only: n).points
    pairs = Pairs(table.scores, calibrated, column, clusters)
    rawCorrelation =
      Association(within: groups, of: table.scores, on: column)?.rankCorrelation
    calibratedCorrelation =
      Association(within: groups, of: calibrated, on: column)?.rankCorrelation
  }

  /// Powers of two, and the largest n that enough prompts have: enough to judge by, where a prompt may have
  /// thousands of responses.
  package static func few(of table: CalibrationTable) -> Set<Int> {
    let counts = (table.prompts?.counts ?? []).sorted(by: >)
    guard let most = counts.first, most > 1 else { return [] }
    var numbers = Set([counts[min(leastPrompts, counts.count) - 1]])
    var n = 2
    while n <= most {
      numbers.insert(n)
      n *= 2
    }
    return numbers
  }

  /// The largest n that enough prompts have responses for.
  package var decisive: Point? { points.last { $0.prompts >= Self.leastPrompts } }

  package var verdict: Verdict {
    guard let decisive else { return .unknown }
    guard decisive.calibrated.isSignificant,
      abs(decisive.calibrated.value) >= Self.smallDifference * spread
    else { return .holds }
    return abs(calibratedCorrelation ?? 0) < Self.smallCorrelation ? .onAverageOnly : .remains
  }

  /// An estimate in standard deviations of the covariate within prompts.
  package func standardized(_ estimate: AuditEstimate) -> Double { estimate.value / spread }

  /// Sets the adjusted p values of the decisive points of audits that are judged together.
  package static func adjust(
    _ audits: inout [SelectionAudit], by adjust: ([Double]) -> [Double]
  ) {
    let places = audits.map { audit in
      audit.points.lastIndex { $0.prompts >= leastPrompts }
    }
    let tested = audits.indices.filter { places[$0] != nil }
    let q = adjust(
      tested.compactMap { audit in places[audit].map { audits[audit].points[$0].calibrated.p } })
    for (audit, q) in zip(tested, q) {
      guard let place = places[audit] else { continue }
      audits[audit].points[place].calibrated.q = q
    }
  }

  package var json: JSONValue {
    [
      "covariate": .string(covariate.name), "spread_within_prompts": .double(spread),
      "verdict": .string(verdict.rawValue),
      "decisive_n": decisive.map { .int($0.n) } ?? .null,
      "rank_correlation": rawCorrelation.map { .double($0) } ?? .null,
      "rank_correlation_calibrated": calibratedCorrelation.map { .double($0) } ?? .null,
      "best_of_n": .array(
        points.map { point in
          [
            "n": .int(point.n), "prompts": .int(point.prompts),
            "offered": .double(point.offered), "raw": point.raw.json,
            "calibrated": point.calibrated.json, "change": point.change.json,
          ]
        }), "pairs": pairs.json,
    ]
  }
}

extension SelectionAudit.Pairs {
  fileprivate init(
    _ raw: [Double], _ calibrated: [Double], _ column: [Double], _ clusters: PromptClusters
  ) {
    func differences(_ scores: [Double]) -> [Double] {
      (0..<clusters.count).compactMap { cluster in
        let rows = clusters.rows[clusters.range(cluster)].map(Int.init)
        // Of equal scores the first is the better one, as in a ranking.
        guard let best = rows.max(by: { scores[$0] < scores[$1] }),
          let worst = rows.min(by: { scores[$0] < scores[$1] }), scores[best] > scores[worst]
        else { return nil }
        let chosen = rows.first { scores[$0] == scores[best] } ?? best
        let rejected = rows.last { scores[$0] == scores[worst] } ?? worst
        return column[chosen] - column[rejected]
      }
    }
    let (before, after) = (differences(raw), differences(calibrated))
    self.init(
      rawPairs: before.count, calibratedPairs: after.count, raw: AuditEstimate(meanOf: before),
      calibrated: AuditEstimate(meanOf: after))
  }

  fileprivate var json: JSONValue {
    [
      "raw_pairs": .int(rawPairs), "calibrated_pairs": .int(calibratedPairs),
      "raw": raw?.json ?? .null, "calibrated": calibrated?.json ?? .null,
    ]
  }
}

/// What each prompt's best of n has beyond what its responses have on average.
private struct SelectionSums {
  private var offered: [[Double]] = []
  private var raw: [[Double]] = []
  private var calibrated: [[Double]] = []
  private let numbers: [Int]

  init(
    _ raw: [Double], _ calibrated: [Double], _ column: [Double], _ clusters: PromptClusters,
    only wanted: Set<Int>?
  ) {
    let most = (0..<clusters.count).reduce(1) { max($0, clusters.range($1).count) }
    numbers = most < 2 ? [] : (2...most).filter { wanted?.contains($0) ?? true }
    offered = numbers.map { _ in [] }
    (self.raw, self.calibrated) = (offered, offered)
    for cluster in 0..<clusters.count {
      let rows = clusters.rows[clusters.range(cluster)].map(Int.init)
      let values = rows.map { column[$0] }
      let mean = values.reduce(0, +) / Double(values.count)
      let byRaw = SubsetMaximum(scores: rows.map { raw[$0] }, values: values)
      let byCalibrated = SubsetMaximum(scores: rows.map { calibrated[$0] }, values: values)
      for (place, n) in numbers.enumerated() where n <= rows.count {
        offered[place].append(mean)
        self.raw[place].append(byRaw.expectation(ofBest: n) - mean)
        self.calibrated[place].append(byCalibrated.expectation(ofBest: n) - mean)
      }
    }
  }

  var points: [SelectionAudit.Point] {
    numbers.indices.compactMap { place in
      let changes = zip(calibrated[place], raw[place]).map { $0 - $1 }
      guard let first = AuditEstimate(meanOf: raw[place]),
        let second = AuditEstimate(meanOf: calibrated[place]),
        let change = AuditEstimate(meanOf: changes)
      else { return nil }
      let mean = offered[place].reduce(0, +) / Double(offered[place].count)
      return SelectionAudit.Point(
        n: numbers[place], prompts: changes.count, offered: mean, raw: first, calibrated: second,
        change: change)
    }
  }
}
