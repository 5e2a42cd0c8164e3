/// A number of a benchmark with all that tells how far to trust it.
package import TareCore

public struct Accuracy: Sendable, Hashable {
  package enum IntervalMethod: String, Sendable {
    case wilson, bootstrap, delong
    /// The same as `bootstrap`, by drawing how many prompts of each kind a resample has.
    case bootstrapCounts = "bootstrap_counts"
  }

  /// Share of trials that are right, or what the rule makes of such shares.
  public let value: Double
  /// Trials behind it: pairs, or prompts where the benchmark counts those.
  public let n: Int
  /// Trials in which scores that should differ are equal.
  public let ties: Int
  /// 95% interval.
  public let interval: ClosedRange<Double>
  /// Wilson's score interval for a plain share of independent trials, DeLong's of an area under the
  /// ROC curve, otherwise the percentiles of a bootstrap over prompts.
  package let method: IntervalMethod
  /// What is averaged, in words; nil for a plain share.
  package let rule: String?

  package init(
    value: Double, n: Int, ties: Int = 0, interval: ClosedRange<Double>,
    method: IntervalMethod = .bootstrap, rule: String? = nil
  ) {
    self.value = value
    self.n = n
    self.ties = ties
    self.interval = interval
    self.method = method
    self.rule = rule
  }

  package var json: JSONValue {
    var object: JSONObject = [
      "accuracy": .double(value), "n": .int(n), "ties": .int(ties), "interval": interval.json,
      "interval_method": .string(method.rawValue),
    ]
    if let rule { object["rule"] = .string(rule) }
    return .object(object)
  }
}

extension ClosedRange<Double> {
  package var json: JSONValue { .array([.double(lowerBound), .double(upperBound)]) }
}
