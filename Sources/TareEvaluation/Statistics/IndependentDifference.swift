/// The difference of two numbers that were measured on different prompts.
internal import Foundation

/// Interval and test from the two numbers' own 95% intervals: the distances to their ends are added
/// like standard errors (Zou and Donner 2008). Of Wilson's intervals that is Newcombe's method 10
/// (1998).
struct IndependentDifference: Sendable {
  /// The first less the second.
  let value: Double
  let interval: ClosedRange<Double>
  /// Two-sided, from the end of the interval that is on the side of 0: below 0.05 exactly where the
  /// interval excludes 0. 1 where the intervals have no width on that side.
  let p: Double

  init(_ a: Accuracy, _ b: Accuracy) {
    let value = a.value - b.value
    func reach(_ first: Double, _ second: Double) -> Double {
      (max(first, 0) * max(first, 0) + max(second, 0) * max(second, 0)).squareRoot()
    }
    let below = reach(a.value - a.interval.lowerBound, b.interval.upperBound - b.value)
    let above = reach(a.interval.upperBound - a.value, b.value - b.interval.lowerBound)
    let towardsZero = value > 0 ? below : above
    self.value = value
    interval = (value - below)...(value + above)
    p =
      value == 0 || towardsZero == 0
      ? 1 : erfc(abs(value) / (towardsZero / ROCArea.z) / 2.0.squareRoot())
  }
}
