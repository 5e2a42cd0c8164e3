/// Whether two models' totals differ by more than chance.
internal import TareCore

/// The paired permutation test: were the models alike, exchanging them on any prompt would change
/// nothing, so the sign of each prompt's difference is a coin.
package struct PairedPermutation: Sendable {
  /// Two-sided: the chance of a total at least as far from 0.
  ///
  /// Exact where at most 20 prompts differ; else of 10,000 seeded draws, the observed signs counted
  /// among them, so that it is never 0.
  package let p: Double

  /// More prompts than these are drawn, not enumerated: 2²⁰ totals take about a millisecond.
  private static let mostExact = 20
  private static let draws = 10_000
  /// More sizes than these are no fewer draws than prompts.
  private static let mostKinds = 1024
  /// Sums of the same numbers in another order differ by roundings.
  private static let rounding = 1e-12

  /// - Parameter differences: what each prompt adds to the difference of the totals.
  package init(differences: [Double], seed: UInt64) {
    let largest = differences.reduce(0) { max($0, abs($1)) }
    let sizes = differences.filter { abs($0) > Self.rounding * largest }
    let total = abs(sizes.reduce(0, +))
    let least = total - Self.rounding * sizes.reduce(0) { $0 + abs($1) }
    p =
      sizes.count <= Self.mostExact
      ? Self.exact(sizes, least)
      : Self.kinds(sizes).map { Self.drawn($0, least, Xoshiro256(seed: seed)) }
        ?? Self.drawn(sizes, least, Xoshiro256(seed: seed))
  }

  /// How often each size comes, of many prompts of few sizes; nil for others.
  private static func kinds(_ sizes: [Double]) -> [(size: Double, count: Int)]? {
    guard sizes.count > Bootstrap.mostDrawn else { return nil }
    var counts: [Double: Int] = [:]
    for size in sizes {
      counts[abs(size), default: 0] += 1
      if counts.count > mostKinds { return nil }
    }
    return counts.map { (size: $0.key, count: $0.value) }.sorted { $0.size < $1.size }
  }

  /// With how many heads of each kind's coins, whose number is binomial, in place of coin by coin.
  private static func drawn(
    _ kinds: [(size: Double, count: Int)], _ least: Double, _ random: Xoshiro256
  ) -> Double {
    var random = random
    var count = 1
    for _ in 0..<draws {
      let total = kinds.reduce(0) { total, kind in
        total + kind.size * Double(2 * random.binomial(kind.count, 0.5) - kind.count)
      }
      if abs(total) >= least { count += 1 }
    }
    return Double(count) / Double(draws + 1)
  }

  private static func exact(_ sizes: [Double], _ least: Double) -> Double {
    // A total and its negative are as far from 0: the first sign is fixed.
    var totals = [sizes.first ?? 0]
    for size in sizes.dropFirst() { totals = totals.flatMap { [$0 + size, $0 - size] } }
    return Double(totals.count { abs($0) >= least }) / Double(totals.count)
  }

  private static func drawn(
    _ sizes: [Double], _ least: Double, _ random: Xoshiro256
  ) -> Double {
    var random = random
    var count = 1
    for _ in 0..<draws {
      var total = 0.0
      var signs: UInt64 = 0
      for (index, size) in sizes.enumerated() {
        if index & 63 == 0 { signs = random.next() }
        // The lowest bit becomes the sign bit.
        total += Double(bitPattern: size.bitPattern ^ (signs << 63))
        signs >>= 1
      }
      if abs(total) >= least { count += 1 }
    }
    return Double(count) / Double(draws + 1)
  }
}
