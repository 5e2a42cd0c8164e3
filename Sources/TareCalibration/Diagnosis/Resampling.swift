/// The bootstrap over prompts, for statistics that are sums over rows.
internal import TareCore
internal import TareNumerics

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
  ) -> (rows: [Int32], share: Double)? {
    guard count > most else { return nil }
    var random = Xoshiro256(seed: 1)
    let share = Double(most) / Double(count)
    let wanted = UInt64(share * Double(UInt64.max))
    let groups = prompts?.count ?? count
    if groups < 10_000 {
      let rows = (0..<Int32(count)).filter { _ in random.next() < wanted }
      return rows.isEmpty ? nil : (rows, 1)
    }
    let isDrawn = (0..<groups).map { _ in random.next() < wanted }
    let rows = (0..<Int32(count)).filter { row in
      isDrawn[Int(prompts?.groupOfRow[Int(row)] ?? row)]
    }
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
