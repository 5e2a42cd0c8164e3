/// How sure the order of several models is.

package struct RankIntervals: Sendable {
  /// 1 + the number of models that are strictly better, [model].
  package let ranks: [Int]
  /// The 2.5% and 97.5% percentiles of the rank over the resamples, outwards where they fall between
  /// two, [model].
  package let intervals: [ClosedRange<Int>]

  /// Memory: an integer a model and resample.
  ///
  /// - Parameters:
  ///   - totals: [model].
  ///   - resamples: the totals on resampled prompts, the same ones for all models, [model][resample].
  package init(totals: [Double], resamples: [[Double]]) {
    ranks = Self.ranks(totals)
    let count = resamples.map(\.count).min() ?? 0
    var columns = totals.map { _ in [Int]() }
    for model in columns.indices { columns[model].reserveCapacity(count) }
    for resample in 0..<count {
      for (model, rank) in Self.ranks(resamples.map { $0[resample] }).enumerated() {
        columns[model].append(rank)
      }
    }
    intervals = zip(ranks, columns).map { rank, column in
      guard !column.isEmpty else { return rank...rank }
      let sorted = column.sorted()
      let last = Double(sorted.count - 1)
      return sorted[Int((0.025 * last).rounded(.down))]...sorted[Int((0.975 * last).rounded(.up))]
    }
  }

  private static func ranks(_ totals: [Double]) -> [Int] {
    let order = totals.indices.sorted { totals[$0] > totals[$1] }
    var ranks = totals.map { _ in 0 }
    for (place, model) in order.enumerated() {
      let isLevel = place > 0 && totals[order[place - 1]] == totals[model]
      ranks[model] = isLevel ? ranks[order[place - 1]] : place + 1
    }
    return ranks
  }
}
