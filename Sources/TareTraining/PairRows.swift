/// Preference pairs as the network takes them.

/// Standardised pairs, row after row, as the network takes them.
struct PairRows: Sendable {
  /// [count, width]
  private(set) var chosen: [Double] = []
  /// [count, width]
  private(set) var rejected: [Double] = []
  private(set) var count = 0
  let width: Int

  init(_ pairs: FeaturePairs, _ statistics: FeatureStatistics) {
    width = statistics.means.count
    count = pairs.count
    chosen = Self.standardised(pairs.chosen, statistics)
    rejected = Self.standardised(pairs.rejected, statistics)
  }

  private static func standardised(
    _ vectors: [[Float]], _ statistics: FeatureStatistics
  ) -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(vectors.count * statistics.means.count)
    for vector in vectors {
      precondition(vector.count == statistics.means.count)
      for (index, value) in vector.enumerated() {
        values.append((Double(value) - statistics.means[index]) / statistics.deviations[index])
      }
    }
    return values
  }

  /// These pairs: their chosen rows, then their rejected rows, [2 · pairs, width].
  func batch(_ pairs: some Collection<Int>) -> [Double] {
    var rows: [Double] = []
    rows.reserveCapacity(2 * pairs.count * width)
    for pair in pairs { rows += chosen[(pair * width)..<((pair + 1) * width)] }
    for pair in pairs { rows += rejected[(pair * width)..<((pair + 1) * width)] }
    return rows
  }

  /// Adds other pairs after these.
  mutating func add(_ pairs: some Collection<Int>, of other: PairRows) {
    precondition(other.width == width)
    for pair in pairs {
      chosen += other.chosen[(pair * width)..<((pair + 1) * width)]
      rejected += other.rejected[(pair * width)..<((pair + 1) * width)]
    }
    count += pairs.count
  }
}
