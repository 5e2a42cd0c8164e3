/// Preference pairs as the network takes them.

/// Standardised pairs, row after row, as the network takes them.
package struct PairRows: TrainingRows {
  package typealias Examples = FeaturePairs

  /// [count, width]
  private(set) var chosen: [Double] = []
  /// [count, width]
  private(set) var rejected: [Double] = []
  package private(set) var count = 0
  let width: Int

  package init(_ pairs: FeaturePairs, _ statistics: FeatureStatistics) {
    width = statistics.means.count
    count = pairs.count
    chosen = statistics.standardised(pairs.chosen)
    rejected = statistics.standardised(pairs.rejected)
  }

  /// These pairs: their chosen rows, then their rejected rows, [2 · pairs, width].
  func batch(_ pairs: some Collection<Int>) -> [Double] {
    var rows: [Double] = []
    rows.reserveCapacity(2 * pairs.count * width)
    for pair in pairs { rows += chosen[(pair * width)..<((pair + 1) * width)] }
    for pair in pairs { rows += rejected[(pair * width)..<((pair + 1) * width)] }
    return rows
  }

  package func pass(
    _ members: some Collection<Int>, through network: MLPNetwork
  ) -> MLPNetwork.Pass {
    network.pass(batch(members), pairs: members.count)
  }

  /// The share of pairs whose chosen response has the higher reward; a tie is wrong.
  package func accuracy(of network: MLPNetwork) -> Double {
    let first = network.rewards(chosen, count: count)
    let second = network.rewards(rejected, count: count)
    return Double(zip(first, second).count { $0 > $1 }) / Double(count)
  }

  /// Adds other pairs after these.
  package mutating func add(_ pairs: some Collection<Int>, of other: PairRows) {
    precondition(other.width == width)
    for pair in pairs {
      chosen += other.chosen[(pair * width)..<((pair + 1) * width)]
      rejected += other.rejected[(pair * width)..<((pair + 1) * width)]
    }
    count += pairs.count
  }
}
