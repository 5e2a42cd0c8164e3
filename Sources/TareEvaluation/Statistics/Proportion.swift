/// Statistics of counts: Wilson's interval and McNemar's exact test.

package enum Proportion {
  /// The 97.5% point of the standard normal distribution.
  private static let z = 1.959963984540054

  /// Wilson's 95% score interval for `successes` of `count` trials (Wilson 1927); `count` is at
  /// least 1.
  package static func wilson(_ successes: Int, of count: Int) -> ClosedRange<Double> {
    wilson(Double(successes), of: count)
  }

  /// Wilson's interval of a share of trials that come in so many independent clusters. Trials of a cluster
  /// may all agree, so that no more is known than of its clusters.
  package static func wilson(share: Double, trials: Int, clusters: Int) -> ClosedRange<Double> {
    let count = min(trials, clusters)
    return wilson(share * Double(count), of: count)
  }

  /// - Parameter successes: not whole where a trial is half a success.
  static func wilson(_ successes: Double, of count: Int) -> ClosedRange<Double> {
    let n = Double(count)
    let share = successes / n
    let squared = z * z
    let centre = (share + squared / (2 * n)) / (1 + squared / n)
    let variance = share * (1 - share) / n + squared / (4 * n * n)
    let half = z * variance.squareRoot() / (1 + squared / n)
    // At 0 and at all successes one end is exactly 0 or 1, which rounding may miss.
    let low = successes == 0 ? 0 : max(centre - half, 0)
    let high = successes == n ? 1 : min(centre + half, 1)
    return low...high
  }

  /// The two-sided p value of the exact McNemar test: how likely a fair coin is to divide the
  /// discordant pairs at least as unevenly. 1 where there are none.
  package static func mcNemar(gained: Int, lost: Int) -> Double {
    let count = gained + lost
    let fewer = min(gained, lost)
    // The chance of exactly `fewer`, C(count, fewer) / 2^count: the exponent apart, since the
    // coefficient alone would overflow.
    var coefficient = 1.0
    var exponent = -count
    for index in 0..<fewer {
      coefficient *= Double(count - index) / Double(index + 1)
      if coefficient > 0x1p512 {
        coefficient *= 0x1p-512
        exponent += 512
      }
    }
    let chance = Double(sign: .plus, exponent: exponent, significand: coefficient)
    // Then down the binomial from there, relative to it.
    var ratio = 1.0
    var sum = 1.0
    for index in stride(from: fewer, to: 0, by: -1) {
      ratio *= Double(index) / Double(count - index + 1)
      sum += ratio
      if ratio < 1e-18 * sum { break }
    }
    return min(1, 2 * chance * sum)
  }
}
