/// How well scores tell right from wrong ones that share no prompt.
internal import Foundation

/// The area under the ROC curve: the chance that a right one scores above a wrong one, ties half, with
/// the variance of DeLong, DeLong and Clarke-Pearson (1988).
package struct ROCArea: Sendable {
  package let value: Double
  /// For each right one the share of wrong ones below it, ties half, [right].
  package let right: [Double]
  /// For each wrong one the share of right ones above it, ties half, [wrong].
  package let wrong: [Double]
  /// Right ones whose score a wrong one has too.
  package let ties: Int

  /// - Parameters:
  ///   - right: scores of the right ones, at least one.
  ///   - wrong: scores of the wrong ones, at least one.
  package init(right: [Double], wrong: [Double]) {
    let (sortedRight, sortedWrong) = (right.sorted(), wrong.sorted())
    var ties = 0
    self.right = right.map { score in
      let (below, level) = sortedWrong.below(score)
      if level > 0 { ties += 1 }
      return (Double(below) + Double(level) / 2) / Double(wrong.count)
    }
    self.wrong = wrong.map { score in
      let (below, level) = sortedRight.below(score)
      return 1 - (Double(below) + Double(level) / 2) / Double(right.count)
    }
    self.ties = ties
    // In an order of their own, so that the order of the rows changes nothing.
    value = self.right.sorted().reduce(0, +) / Double(right.count)
  }

  /// nil where one side has a single score: nothing tells its variance.
  package var variance: Double? { Self.variance(right, wrong) }

  /// 95%, on the logit scale, so that it stays between 0 and 1. Where that says nothing (the two sides
  /// do not overlap, or one has a single score), Wilson's interval of so many trials as the smaller side has.
  package var interval: ClosedRange<Double> {
    guard let variance, variance > 0, value > 0, value < 1 else {
      let count = min(right.count, wrong.count)
      return Proportion.wilson(value * Double(count), of: count)
    }
    let logit = log(value / (1 - value))
    let half = Self.z * variance.squareRoot() / (value * (1 - value))
    return 1 / (1 + exp(half - logit))...1 / (1 + exp(-half - logit))
  }

  static let z = 1.959963984540054

  /// Two score columns of the same responses, in the same order.
  package struct Difference: Sendable {
    /// b − a.
    package let value: Double
    package let interval: ClosedRange<Double>
    /// Two-sided, of DeLong's z test; 1 where no response is placed otherwise.
    package let p: Double

    package init(_ a: ROCArea, _ b: ROCArea) {
      value = b.value - a.value
      let variance =
        ROCArea.variance(
          zip(a.right, b.right).map { $1 - $0 }, zip(a.wrong, b.wrong).map { $1 - $0 }) ?? 0
      let error = variance.squareRoot()
      interval = (value - ROCArea.z * error)...(value + ROCArea.z * error)
      p = error > 0 ? erfc(abs(value) / error / 2.0.squareRoot()) : 1
    }
  }

  private static func variance(_ right: [Double], _ wrong: [Double]) -> Double? {
    guard right.count > 1, wrong.count > 1 else { return nil }
    return sampleVariance(right) / Double(right.count) + sampleVariance(wrong)
      / Double(wrong.count)
  }

  private static func sampleVariance(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let mean = sorted.reduce(0, +) / Double(sorted.count)
    return sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sorted.count - 1)
  }
}

extension [Double] {
  /// Of a sorted array: how many are below a value, and how many equal it.
  fileprivate func below(_ value: Double) -> (below: Int, level: Int) {
    func first(_ isPast: (Double) -> Bool) -> Int {
      var (low, high) = (0, count)
      while low < high {
        let middle = (low + high) / 2
        if isPast(self[middle]) { high = middle } else { low = middle + 1 }
      }
      return low
    }
    let low = first { $0 >= value }
    return (low, first { $0 > value } - low)
  }
}
