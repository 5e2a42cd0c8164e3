/// How often two models are right together.
package import TareCore

package struct Agreement: Sendable, Hashable {
  package var bothRight = 0
  package var onlyA = 0
  package var onlyB = 0
  package var bothWrong = 0

  package init() {}

  /// How many trials there are, and in how many of them both give the same verdict.
  package var count: Int { bothRight + onlyA + onlyB + bothWrong }
  package var alike: Int { bothRight + bothWrong }

  /// The share of trials with the same verdict and its 95% interval (Wilson's); nil without trials.
  package var share: (value: Double, interval: ClosedRange<Double>)? {
    guard count > 0 else { return nil }
    return (Double(alike) / Double(count), Proportion.wilson(alike, of: count))
  }

  /// Cohen's kappa: agreement beyond what both accuracies give by chance; nil where chance alone agrees.
  package var kappa: Double? {
    guard count > 0 else { return nil }
    let n = Double(count)
    let (a, b) = (Double(bothRight + onlyA) / n, Double(bothRight + onlyB) / n)
    let chance = a * b + (1 - a) * (1 - b)
    return chance < 1 ? (Double(alike) / n - chance) / (1 - chance) : nil
  }

  /// Right is more than a half: a shared place is not, and a preference may be less than sure.
  init(of joint: TrialSheet) {
    var counts = (bothRight: 0, onlyA: 0, onlyB: 0, bothWrong: 0)
    joint.forEachPairedTrial { _, a, b in
      switch (joint.trials.values[a] > 0.5, joint.trials.values[b] > 0.5) {
      case (true, true): counts.bothRight += 1
      case (true, false): counts.onlyA += 1
      case (false, true): counts.onlyB += 1
      case (false, false): counts.bothWrong += 1
      }
    }
    (bothRight, onlyA, onlyB, bothWrong) = counts
  }

  package var json: JSONValue {
    [
      "both_right": .int(bothRight), "only_a": .int(onlyA), "only_b": .int(onlyB),
      "both_wrong": .int(bothWrong), "share": share.map { .double($0.value) } ?? .null,
      "low": share.map { .double($0.interval.lowerBound) } ?? .null,
      "high": share.map { .double($0.interval.upperBound) } ?? .null,
      "kappa": kappa.map { .double($0) } ?? .null,
    ]
  }
}
