/// An accuracy with all that tells how far to trust it.
package import TareCore

package struct Accuracy: Sendable, Hashable {
  package enum IntervalMethod: String, Sendable { case wilson, bootstrap }

  /// Share of pairs that are correct, or a weighted mean of such shares; ties are not correct.
  package let value: Double
  /// Pairs behind it.
  package let n: Int
  /// Pairs whose two scores are equal.
  package let ties: Int
  /// 95% interval.
  package let interval: ClosedRange<Double>
  /// Wilson's score interval for a plain share of independent pairs, otherwise the percentiles of
  /// a bootstrap over prompts.
  package let method: IntervalMethod
  /// What is averaged, in words; nil for a plain share.
  package let rule: String?

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
  var json: JSONValue { .array([.double(lowerBound), .double(upperBound)]) }
}
