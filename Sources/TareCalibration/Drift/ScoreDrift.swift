/// Whether a reward model's scores of the same responses have changed.
package import TareCore
internal import TareNumerics

/// Scores of one set of responses, the anchors, before and after: prompts are independent, responses to one prompt
/// are not, so that each prompt counts once.
package struct ScoreDrift: Sendable, Hashable {
  package let responses: Int
  package let prompts: Int
  /// Prompts whose two drawn responses are ordered differently, of those that both scores order.
  package let order: RateSequence
  /// Prompts whose best response is another.
  package let best: RateSequence
  /// The mean change of the score over prompts, in standard deviations of the earlier scores within prompts, or
  /// over all where no prompt has several responses.
  package let shift: MeanSequence
  /// That standard deviation, in the score's unit.
  package let unit: Double
  /// Of earlier and later scores, over all responses; nil where one is constant.
  package let correlation: Double?
  /// Standard deviation of the later scores over that of the earlier ones, within prompts; nil where that is 0.
  package let spread: Double?

  /// - Parameters:
  ///   - before: [row].
  ///   - after: of the same responses, [row].
  ///   - alpha: for each of the three sequences.
  ///   - planned: prompts for which the shift's sequence shall be narrowest.
  package init(
    before: [Double], after: [Double], prompts: PromptGroups, alpha: Double, planned: Int,
    seed: UInt64
  ) {
    let groups = prompts.rows.map { $0.map { Int($0) } }
    var (ordered, reversed, compared, changed) = (0, 0, 0, 0)
    var shifts: [Double] = []
    shifts.reserveCapacity(groups.count)
    for (group, rows) in groups.enumerated() {
      shifts.append(
        rows.reduce(0) { $0 + after[$1] - before[$1] } / Double(max(1, rows.count)))
      guard rows.count > 1 else { continue }
      compared += 1
      if !Self.sharesBest(rows, before, after) { changed += 1 }
      // Drawn by the prompt's id, and so the same in every comparison.
      var random = Xoshiro256(seed: Folds.hash(of: prompts.ids[group]) ^ seed)
      let first = random.next(below: rows.count)
      let second = (first + 1 + random.next(below: rows.count - 1)) % rows.count
      let earlier = before[rows[first]] - before[rows[second]]
      let later = after[rows[first]] - after[rows[second]]
      guard earlier != 0, later != 0 else { continue }
      ordered += 1
      if (earlier > 0) != (later > 0) { reversed += 1 }
    }
    responses = before.count
    self.prompts = groups.count
    order = RateSequence(events: reversed, of: ordered, alpha: alpha)
    best = RateSequence(events: changed, of: compared, alpha: alpha)
    let (earlier, later) = (Self.deviation(before, groups), Self.deviation(after, groups))
    let unit = earlier > 0 ? earlier : 1
    self.unit = unit
    spread = earlier > 0 ? later / earlier : nil
    shift = MeanSequence(shifts.map { $0 / unit }, alpha: alpha, planned: planned)
    correlation = Self.correlation(before, after)
  }

  /// Whether a response has the best score by both; several may.
  private static func sharesBest(
    _ rows: [Int], _ before: [Double], _ after: [Double]
  ) -> Bool {
    let earlier = rows.map { before[$0] }.max()
    let later = rows.map { after[$0] }.max()
    return rows.contains { before[$0] == earlier && after[$0] == later }
  }

  private static func deviation(_ scores: [Double], _ groups: [[Int]]) -> Double {
    let isGrouped = groups.contains { $0.count > 1 }
    let groups = isGrouped ? groups : [Array(scores.indices)]
    var (squares, freedom) = (0.0, 0)
    for rows in groups where rows.count > 1 {
      // Exactly 0 where all are alike.
      let differences = rows.map { scores[$0] - scores[rows[0]] }
      let mean = differences.mean
      squares += differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      freedom += rows.count - 1
    }
    return freedom > 0 ? (squares / Double(freedom)).squareRoot() : 0
  }

  private static func correlation(_ x: [Double], _ y: [Double]) -> Double? {
    guard let firstX = x.first, let firstY = y.first else { return nil }
    let (x, y) = (x.map { $0 - firstX }, y.map { $0 - firstY })
    let (meanX, meanY) = (x.mean, y.mean)
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (a, b) in zip(x, y) {
      xx += (a - meanX) * (a - meanX)
      yy += (b - meanY) * (b - meanY)
      xy += (a - meanX) * (b - meanY)
    }
    guard xx > 0, yy > 0 else { return nil }
    return xy / (xx * yy).squareRoot()
  }
}
