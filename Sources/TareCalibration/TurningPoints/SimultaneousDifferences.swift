/// Whether several estimates differ, all pairs at once.
internal import Foundation
internal import TareCore

/// All differences of independent estimates, with intervals that hold together and p values adjusted for all
/// pairs: the single-step bootstrap maximum of |difference| over its standard error (Romano and Wolf 2005,
/// Econometrica 73:1237).
///
/// Each estimate brings its own resampled values. They are drawn independently, one of each, and centred on
/// the estimates; the largest standardized distance of any pair, draw by draw, is the common measure. So the
/// chance that any pair of equal truths is called different is 5%, however many pairs there are.
package struct SimultaneousDifferences: Sendable {
  package struct Pair: Sendable {
    /// Of the estimates, the first before the second.
    package let first: Int
    package let second: Int
    /// Second − first.
    package let value: Double
    /// 95%, for all pairs together.
    package let interval: ClosedRange<Double>
    /// Adjusted for all pairs.
    package let p: Double
  }

  /// By first and second.
  package let pairs: [Pair]
  /// That all are equal.
  package var p: Double { pairs.map(\.p).min() ?? 1 }

  private static let draws = 10_000

  /// - Parameters:
  ///   - values: the estimates, [estimate].
  ///   - resampled: values of each in resamples, at least two different ones, [estimate][resample].
  /// - Returns: nil with fewer than two estimates, and where one has no spread.
  package init?(_ values: [Double], resampled: [[Double]], seed: UInt64 = 1) {
    let variances = resampled.map(Self.variance)
    guard values.count > 1, values.count == resampled.count, variances.allSatisfy({ $0 > 0 })
    else { return nil }
    let places = values.indices.flatMap { first in
      (first + 1..<values.count).map { (first: first, second: $0) }
    }
    let errors = places.map { (variances[$0.first] + variances[$0.second]).squareRoot() }
    var random = Xoshiro256(seed: seed)
    var largest: [Double] = []
    largest.reserveCapacity(Self.draws)
    for _ in 0..<Self.draws {
      let off = values.indices.map { estimate in
        resampled[estimate][random.next(below: resampled[estimate].count)] - values[estimate]
      }
      var most = 0.0
      for (pair, place) in places.enumerated() {
        most = max(most, abs(off[place.second] - off[place.first]) / errors[pair])
      }
      largest.append(most)
    }
    largest.sort()
    let reach = largest.quantile(0.95)
    pairs = places.enumerated().map { pair, place in
      let value = values[place.second] - values[place.first]
      let beyond = largest.count { $0 >= abs(value) / errors[pair] }
      return Pair(
        first: place.first, second: place.second, value: value,
        interval: value - reach * errors[pair]...value + reach * errors[pair],
        p: Double(1 + beyond) / Double(1 + Self.draws))
    }
  }

  private static func variance(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
  }
}
