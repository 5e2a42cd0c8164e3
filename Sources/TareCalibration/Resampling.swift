/// The bootstrap over prompts, for statistics that are sums over rows.
internal import TareCore

/// Draws prompts with replacement: how often each row takes part in each resample.
struct Resampling {
  private let rows: [[Int]]
  private let count: Int
  private var random: Xoshiro256

  /// Rows without prompts are drawn one by one.
  init(_ prompts: PromptGroups?, count: Int, seed: UInt64 = 1) {
    rows = prompts?.rows ?? (0..<count).map { [$0] }
    self.count = count
    random = Xoshiro256(seed: seed)
  }

  /// How often each prompt is drawn, [prompt], and with it each of its rows, [row].
  mutating func next() -> (prompts: [Double], rows: [Double]) {
    var prompts = [Double](repeating: 0, count: rows.count)
    for _ in rows.indices { prompts[random.next(below: rows.count)] += 1 }
    var weights = [Double](repeating: 0, count: count)
    for (prompt, times) in prompts.enumerated() where times > 0 {
      for row in rows[prompt] { weights[row] = times }
    }
    return (prompts, weights)
  }

  /// Resamples that a table of so many rows gets: enough for percentiles where that is quick (1,000
  /// up to 20,000 rows), fewer for large tables, whose intervals are narrow, and at least 200.
  static func resamples(rows: Int) -> Int { min(1000, max(200, 20_000_000 / max(1, rows))) }

  /// Rows that are resampled at most; of larger tables whole prompts are drawn up to as many.
  private static let mostRows = 100_000

  /// Some of the rows in their order, drawn at random, and the share of the prompts that they hold;
  /// nil where there are no more than wanted. Whole prompts are drawn, but of few prompts with many
  /// rows all stay with some of their rows: it is prompts that an interval counts.
  static func sample(
    _ prompts: PromptGroups?, count: Int, atMost most: Int = mostRows
  ) -> (rows: [Int], share: Double)? {
    guard count > most else { return nil }
    var random = Xoshiro256(seed: 1)
    let share = Double(most) / Double(count)
    let wanted = UInt64(share * Double(UInt64.max))
    let groups = prompts?.count ?? count
    if groups < 10_000 {
      let rows = (0..<count).filter { _ in random.next() < wanted }
      return rows.isEmpty ? nil : (rows, 1)
    }
    let isDrawn = (0..<groups).map { _ in random.next() < wanted }
    let rows = (0..<count).filter { isDrawn[prompts?.groupOfRow[$0] ?? $0] }
    return rows.isEmpty ? nil : (rows, Double(isDrawn.count { $0 }) / Double(groups))
  }

  /// The 95% interval of a statistic: percentiles, or of fewer than 400 resamples the estimate and
  /// 1.96 of their standard deviations.
  ///
  /// - Parameter share: the share of the prompts that was resampled: a deviation falls with the root
  ///   of their number.
  static func interval(
    _ sample: [Double?], around estimate: Double, share: Double = 1
  ) -> ClosedRange<Double>? {
    let known = sample.compactMap(\.self)
    // Where a tenth of the resamples has no value there is too little data to say.
    guard known.count >= 20, known.count * 10 >= sample.count * 9 else { return nil }
    if known.count >= 400, share == 1 {
      let sorted = known.sorted()
      return sorted.quantile(0.025)...sorted.quantile(0.975)
    }
    let deviation = known.standardError * (Double(known.count) * share).squareRoot()
    return (estimate - 1.96 * deviation)...(estimate + 1.96 * deviation)
  }
}

/// Two columns ready for associations under many weightings: sorted once.
struct WeightedAssociation {
  private let a: [Double]
  private let b: [Double]
  private let orderOfA: [Int32]
  private let orderOfB: [Int32]

  init(_ a: [Double], _ b: [Double]) {
    (self.a, self.b) = (a, b)
    orderOfA = SortOrder.ascending(a).order
    orderOfB = SortOrder.ascending(b).order
  }

  /// Slope of a on b, and rank correlation; nil where a column is constant.
  func values(_ weights: [Double]) -> (slope: Double, rankCorrelation: Double)? {
    let plain = Self.moments(a, b, weights)
    guard plain.varianceOfA > 0, plain.varianceOfB > 0 else { return nil }
    let ranks = Self.moments(
      Self.ranks(a, orderOfA, weights), Self.ranks(b, orderOfB, weights), weights)
    guard ranks.varianceOfA > 0, ranks.varianceOfB > 0 else { return nil }
    let correlation =
      ranks.covariance / (ranks.varianceOfA.squareRoot() * ranks.varianceOfB.squareRoot())
    return (plain.covariance / plain.varianceOfB, max(-1, min(1, correlation)))
  }

  /// Ranks of rows that take part several times, ties at the average.
  private static func ranks(
    _ values: [Double], _ order: [Int32], _ weights: [Double]
  ) -> [Double] {
    var ranks = [Double](repeating: 0, count: values.count)
    var before = 0.0
    var start = 0
    while start < order.count {
      var end = start
      var total = 0.0
      let value = values[Int(order[start])]
      while end < order.count, values[Int(order[end])] == value {
        total += weights[Int(order[end])]
        end += 1
      }
      for place in start..<end { ranks[Int(order[place])] = before + (total + 1) / 2 }
      before += total
      start = end
    }
    return ranks
  }

  private static func moments(
    _ a: [Double], _ b: [Double], _ weights: [Double]
  ) -> (varianceOfA: Double, varianceOfB: Double, covariance: Double) {
    var total = 0.0
    var sumOfA = 0.0
    var sumOfB = 0.0
    for row in weights.indices {
      total += weights[row]
      sumOfA += weights[row] * a[row]
      sumOfB += weights[row] * b[row]
    }
    guard total > 0 else { return (0, 0, 0) }
    let meanOfA = sumOfA / total
    let meanOfB = sumOfB / total
    var result = (varianceOfA: 0.0, varianceOfB: 0.0, covariance: 0.0)
    for row in weights.indices {
      let fromA = a[row] - meanOfA
      let fromB = b[row] - meanOfB
      result.varianceOfA += weights[row] * fromA * fromA
      result.varianceOfB += weights[row] * fromB * fromB
      result.covariance += weights[row] * fromA * fromB
    }
    return result
  }
}
