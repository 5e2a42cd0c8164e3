/// What changes in one number from one score column to another.
package import TareCore

package struct Difference: Sendable, Hashable {
  package enum Test: String, Sendable {
    /// Exact, on the trials that only one has right.
    case mcNemar = "mcnemar"
    /// The two models exchanged prompt by prompt.
    case permutation
    /// DeLong's z test of two areas under the ROC curve of the same responses.
    case delong
  }

  /// The accuracies.
  package let a: Double
  package let b: Double
  /// Trials.
  package let n: Int
  /// 95% interval of b − a, from a bootstrap over prompts.
  package let interval: ClosedRange<Double>
  /// Trials in which b does better.
  package let gained: Int
  /// Trials in which a does better.
  package let lost: Int
  /// How the interval was come by; only `bootstrapCounts` is told of.
  package let method: Accuracy.IntervalMethod
  /// Two-sided p value.
  package let p: Double
  package let test: Test
  /// Of a subset: p adjusted for the number of subsets after Benjamini and Hochberg.
  package var q: Double?
  /// Whether `p` means anything: not where the labels that judge the change chose it.
  package var isTested = true

  package init(
    a: Double, b: Double, n: Int, interval: ClosedRange<Double>, gained: Int, lost: Int, p: Double,
    test: Test, method: Accuracy.IntervalMethod = .bootstrap
  ) {
    self.method = method
    self.a = a
    self.b = b
    self.n = n
    self.interval = interval
    self.gained = gained
    self.lost = lost
    self.p = p
    self.test = test
  }

  /// b − a.
  package var value: Double { b - a }

  package var json: JSONValue {
    var object: JSONObject = [
      "a": .double(a), "b": .double(b), "difference": .double(value), "interval": interval.json,
      "n": .int(n), "gained": .int(gained), "lost": .int(lost),
    ]
    if method == .bootstrapCounts { object["interval_method"] = .string(method.rawValue) }
    guard isTested else { return .object(object) }
    object["p"] = .double(p)
    object["test"] = .string(test.rawValue)
    object["q"] = q.map { .double($0) }
    return .object(object)
  }
}
