/// A mean or share with its 95% interval, and the small formulas of audits.
internal import Foundation
package import TareCore
internal import TareEvaluation

package struct DecisionEstimate: Sendable, Hashable {
  package let value: Double
  /// 95%.
  package let low: Double
  package let high: Double
  package let count: Int

  private static let resamples = 2000

  /// A share of independent trials, with Wilson's interval; NaN for none.
  package init(share successes: Int, of count: Int) {
    self.count = count
    guard count > 0 else {
      (value, low, high) = (.nan, .nan, .nan)
      return
    }
    let interval = Proportion.wilson(successes, of: count)
    value = Double(successes) / Double(count)
    (low, high) = (interval.lowerBound, interval.upperBound)
  }

  /// The mean of independent values, with percentiles of a bootstrap of 2,000 resamples, seed 1; NaN for
  /// none. Of values that are all the same the interval is Wilson's where they are shares, as a resample
  /// shows no others.
  package init(meanOf values: [Double]) {
    count = values.count
    guard !values.isEmpty else {
      (value, low, high) = (.nan, .nan, .nan)
      return
    }
    let mean = values.reduce(0, +) / Double(values.count)
    value = mean
    guard values.contains(where: { $0 != values[0] }) else {
      guard (0...1).contains(mean) else {
        (low, high) = (mean, mean)
        return
      }
      let interval = Proportion.wilson(share: mean, trials: values.count, clusters: values.count)
      (low, high) = (interval.lowerBound, interval.upperBound)
      return
    }
    var random = Xoshiro256(seed: 1)
    var means: [Double] = []
    means.reserveCapacity(Self.resamples)
    for _ in 0..<Self.resamples {
      var sum = 0.0
      for _ in values.indices { sum += values[random.next(below: values.count)] }
      means.append(sum / Double(values.count))
    }
    means.sort()
    (low, high) = (means.quantile(0.025), means.quantile(0.975))
  }

  package var json: JSONValue {
    func number(_ value: Double) -> JSONValue { value.isFinite ? .double(value) : .null }
    return [
      "value": number(value), "low": number(low), "high": number(high), "count": .int(count),
    ]
  }

  /// "62.5% (45.3–77.1)"
  package var percent: String {
    func text(_ value: Double) -> String { String(format: "%.1f", 100 * value) }
    return value.isFinite ? "\(text(value))% (\(text(low))–\(text(high)))" : "–"
  }

  /// "0.625 (0.453–0.771)"
  package var text: String {
    func text(_ value: Double) -> String { String(format: "%.3f", value) }
    return value.isFinite ? "\(text(value)) (\(text(low))–\(text(high)))" : "–"
  }
}

enum DecisionMath {
  static func sigmoid(_ value: Double) -> Double { 1 / (1 + exp(-value)) }

  /// Jensen–Shannon divergence in bits, 0 to 1.
  static func divergence(_ first: [Double], _ second: [Double]) -> Double {
    zip(first, second).reduce(0) { sum, pair in
      let middle = (pair.0 + pair.1) / 2
      func part(_ value: Double) -> Double { value > 0 ? value * log2(value / middle) / 2 : 0 }
      return sum + part(pair.0) + part(pair.1)
    }
  }
}
