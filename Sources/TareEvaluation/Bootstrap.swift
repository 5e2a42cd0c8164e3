/// The bootstrap over prompts.
package import TareCore

/// Percentile intervals from resampled prompts (Efron 1979).
///
/// Prompts are drawn with replacement within each stratum, so that subsets keep their number of
/// prompts, and all pairs of a prompt go with it.
package struct Bootstrap: Sendable, Hashable {
  package let resamples: Int
  package let seed: UInt64

  package init(resamples: Int = 10_000, seed: UInt64 = 1) throws(TareError) {
    guard resamples > 0 else {
      throw .usage("\(resamples) bootstrap resamples; accepted: 1 or more")
    }
    self.resamples = resamples
    self.seed = seed
  }

  /// 95% intervals of weighted means over strata.
  ///
  /// - Parameters:
  ///   - strata: the prompts of each stratum, none of them empty, [stratum][prompt].
  ///   - weights: the weight of each stratum in each mean, [mean][stratum].
  func intervals(strata: [[Tally]], weights: [[Double]]) -> [ClosedRange<Double>] {
    guard !weights.isEmpty else { return [] }
    var random = Xoshiro256(seed: seed)
    var samples = weights.map { _ in [Double]() }
    for mean in samples.indices { samples[mean].reserveCapacity(resamples) }
    for _ in 0..<resamples {
      let shares = strata.map { Bootstrap.resampledShare($0, &random) }
      for mean in weights.indices {
        samples[mean].append(weightedSum(weights[mean], shares))
      }
    }
    return samples.map { sample in
      let sorted = sample.sorted()
      return sorted.quantile(0.025)...sorted.quantile(0.975)
    }
  }

  private static func resampledShare(_ prompts: [Tally], _ random: inout Xoshiro256) -> Double {
    var sum = 0
    var pairs = 0
    for _ in prompts.indices {
      let tally = prompts[random.next(below: prompts.count)]
      sum += Int(tally.sum)
      pairs += Int(tally.pairs)
    }
    return Double(sum) / Double(pairs)
  }
}

func weightedSum(_ weights: [Double], _ values: [Double]) -> Double {
  zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 }
}
