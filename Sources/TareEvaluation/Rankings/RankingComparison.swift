/// The order of policies by mean score beside another ranking of them, with two bootstraps.
package import TareCore

/// Two questions have two intervals. How would the agreement be with other prompts for the same policies:
/// prompts are drawn with replacement, the same ones for all policies. How would it be with other policies:
/// policies are drawn with replacement, with all their prompts. Both are percentiles (Efron 1979); raw and
/// calibrated scores share their draws, so that the interval of the change is a paired one.
package struct RankingComparison: Sendable {
  /// A number with 95% intervals.
  package struct Estimate: Sendable {
    package let value: Double
    /// Over prompts; nil with a single prompt.
    package let prompts: ClosedRange<Double>?
    /// Over policies; nil where more than half of the draws have no order.
    package let policies: ClosedRange<Double>?
  }

  /// A coefficient of raw and calibrated scores, and the second less the first.
  package struct Coefficient: Sendable {
    package let raw: Estimate
    package let calibrated: Estimate?
    package let change: Estimate?
  }

  package struct Row: Sendable {
    package let name: String
    /// What the other ranking says, in its own unit.
    package let value: Double
    package let raw: Double
    package let calibrated: Double?
    /// 1 for the best, equal ones share a rank.
    package let ranks: (other: Int, raw: Int, calibrated: Int?)
  }

  /// The best of the other ranking first.
  package let rows: [Row]
  package let spearman: Coefficient
  package let kendall: Coefficient

  /// Percentiles of 2.5% need no more.
  private static let mostResamples = 2_000

  /// - Parameters:
  ///   - scores: of the policies that the ranking has, at least three.
  ///   - values: what the ranking says of each, larger for better, [policy].
  /// - Throws: `TareError.badData` where one of the sides is constant.
  package init(
    _ scores: PolicyScores, values: [Double], bootstrap: Bootstrap
  ) throws(TareError) {
    precondition(scores.policies.count == values.count, "a value a policy")
    guard let means = scores.means(), let found = Orders(means, values) else {
      throw .badData(
        place: "ranking", found: "\(values.count) models, of which all are equal on one side",
        accepted: "at least two different values on each side")
    }
    let prompts = Self.overPrompts(scores, values, bootstrap)
    let policies = Self.overPolicies(means, values, bootstrap)
    func coefficient(_ value: (RankAgreement) -> Double) -> Coefficient {
      func estimate(_ number: (Orders) -> Double?) -> Estimate? {
        number(found).map { whole in
          Estimate(
            value: whole, prompts: prompts.interval(number), policies: policies.interval(number))
        }
      }
      let raw = estimate { value($0.raw) }
      return Coefficient(
        raw: raw ?? Estimate(value: .nan, prompts: nil, policies: nil),
        calibrated: estimate { $0.calibrated.map(value) },
        change: estimate { orders in
          orders.calibrated.map { value($0) - value(orders.raw) }
        })
    }
    spearman = coefficient(\.spearman)
    kendall = coefficient(\.kendall)
    rows = Self.rows(scores, means, values)
  }

  /// The agreements of one draw.
  private struct Orders {
    let raw: RankAgreement
    let calibrated: RankAgreement?

    /// - Returns: nil where one of the sides is constant.
    init?(_ means: (raw: [Double], calibrated: [Double]), _ values: [Double]) {
      guard let raw = RankAgreement(means.raw, values) else { return nil }
      self.raw = raw
      guard !means.calibrated.isEmpty else {
        calibrated = nil
        return
      }
      guard let calibrated = RankAgreement(means.calibrated, values) else { return nil }
      self.calibrated = calibrated
    }
  }

  private struct Draws {
    var drawn = 0
    var orders: [Orders] = []

    func interval(_ number: (Orders) -> Double?) -> ClosedRange<Double>? {
      let samples = orders.compactMap(number)
      guard samples.count > 1, 2 * samples.count >= drawn else { return nil }
      return ClosedRange(percentilesOf: samples)
    }
  }

  private static func overPrompts(
    _ scores: PolicyScores, _ values: [Double], _ bootstrap: Bootstrap
  ) -> Draws {
    var draws = Draws()
    guard scores.prompts > 1 else { return draws }
    var random = Xoshiro256(seed: bootstrap.seed)
    for _ in 0..<min(bootstrap.resamples, mostResamples) {
      var weights = [Double](repeating: 0, count: scores.prompts)
      for _ in 0..<scores.prompts { weights[random.next(below: scores.prompts)] += 1 }
      draws.drawn += 1
      if let means = scores.means(weights), let orders = Orders(means, values) {
        draws.orders.append(orders)
      }
    }
    return draws
  }

  private static func overPolicies(
    _ means: (raw: [Double], calibrated: [Double]), _ values: [Double], _ bootstrap: Bootstrap
  ) -> Draws {
    var draws = Draws()
    var random = Xoshiro256(seed: bootstrap.seed)
    let hasCalibrated = !means.calibrated.isEmpty
    for _ in 0..<min(bootstrap.resamples, mostResamples) {
      let places = values.indices.map { _ in random.next(below: values.count) }
      let drawn = (
        raw: places.map { means.raw[$0] },
        calibrated: hasCalibrated ? places.map { means.calibrated[$0] } : []
      )
      draws.drawn += 1
      if let orders = Orders(drawn, places.map { values[$0] }) { draws.orders.append(orders) }
    }
    return draws
  }

  private static func rows(
    _ scores: PolicyScores, _ means: (raw: [Double], calibrated: [Double]), _ values: [Double]
  ) -> [Row] {
    /// 1 + how many are better.
    func ranks(_ values: [Double]) -> [Int] {
      values.map { value in 1 + values.count { RankAgreement.order($0, value) > 0 } }
    }
    let other = ranks(values)
    let raw = ranks(means.raw)
    let calibrated = means.calibrated.isEmpty ? nil : ranks(means.calibrated)
    let rows = values.indices.map { place in
      Row(
        name: scores.policies[place].name, value: values[place], raw: means.raw[place],
        calibrated: calibrated.map { _ in means.calibrated[place] },
        ranks: (other[place], raw[place], calibrated?[place]))
    }
    let order = rows.indices.sorted { (other[$0], $0) < (other[$1], $1) }
    return order.map { rows[$0] }
  }
}
