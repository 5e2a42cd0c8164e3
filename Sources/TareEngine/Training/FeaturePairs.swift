/// Preference pairs as features: what an MLP head is fitted on and judged by.
package import TareCore

/// The features of both responses of each pair.
package struct FeaturePairs: Sendable {
  /// [pair][width]
  package let chosen: [[Float]]
  /// [pair][width]
  package let rejected: [[Float]]
  /// [pair]
  package let prompts: [String]

  package init(chosen: [[Float]], rejected: [[Float]], prompts: [String]) {
    precondition(chosen.count == prompts.count && rejected.count == prompts.count)
    self.chosen = chosen
    self.rejected = rejected
    self.prompts = prompts
  }

  package var count: Int { prompts.count }
  var width: Int { chosen.first?.count ?? 0 }

  func rows(_ rows: [Int]) -> FeaturePairs {
    FeaturePairs(
      chosen: rows.map { chosen[$0] }, rejected: rows.map { rejected[$0] },
      prompts: rows.map { prompts[$0] })
  }
}

/// A domain's pairs in two parts that share no prompt.
package struct SplitDomain: Sendable {
  package let train: FeaturePairs
  /// Never trained on.
  package let test: FeaturePairs

  package init(train: FeaturePairs, test: FeaturePairs) {
    self.train = train
    self.test = test
  }

  /// Holds out about the given share of the prompts.
  ///
  /// Seed and text decide about a prompt: one that two domains share is on the same side in both,
  /// and the order of domains changes nothing. Of a domain so small that a side would stay empty,
  /// one prompt is put there all the same.
  /// - Throws: `TareError.badData` for fewer than two prompts.
  package init(
    _ pairs: FeaturePairs, testShare: Double, seed: UInt64
  ) throws(TareError) {
    var places: [String: Double] = [:]
    for prompt in pairs.prompts where places[prompt] == nil {
      let bytes = Digest(of: "\(seed)\u{0}\(prompt)").bytes
      let number = (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[$1]) }
      places[prompt] = Double(number >> 11) * 0x1p-53
    }
    guard places.count > 1, let first = places.values.min(), let last = places.values.max() else {
      throw .badData(
        place: "pairs", found: "\(places.count == 1 ? "one prompt" : "none")",
        accepted: "two prompts or more, some to train on and some to judge by")
    }
    let bound = min(max(testShare, first.nextUp), last)
    let isTest = pairs.prompts.map { (places[$0] ?? 0) < bound }
    train = pairs.rows(isTest.indices.filter { !isTest[$0] })
    test = pairs.rows(isTest.indices.filter { isTest[$0] })
  }
}

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
