/// Whether a condition holds for an evaluation.
package import TareCore

package struct ConditionCheck: Sendable {
  package let condition: Condition
  package let holds: Bool
  /// Of these scores, a share.
  package let value: Double
  /// Of those that they are compared with; nil where the condition has no base.
  package let base: Double?
  /// 95%, of the value, or of its difference from the base.
  package let interval: ClosedRange<Double>

  /// - Parameter comparison: of the base (a) with these scores (b).
  /// - Throws: `TareError.usage` for a name that the evaluation does not have, and for a base where
  ///   nothing is compared.
  package init(
    _ condition: Condition, of evaluation: Evaluation, against comparison: Comparison?
  ) throws(TareError) {
    self.condition = condition
    switch condition.bound {
    case .number(let bound):
      let accuracy = try evaluation.accuracies.value(of: condition)
      (value, base, interval) = (accuracy.value, nil, accuracy.interval)
      holds = condition.holds(accuracy.value, accuracy.interval, bound)
    case .base(let offset):
      guard let comparison else {
        throw .usage("condition '\(condition.text)': 'base' without scores to compare with")
      }
      let difference = try comparison.differences.value(of: condition)
      (value, base, interval) = (difference.b, difference.a, difference.interval)
      holds = condition.holds(difference.value, difference.interval, offset)
    }
  }

  /// Of a number that is no evaluation's.
  ///
  /// - Parameters:
  ///   - condition: without a base.
  ///   - value: a share, or what its hundredths are points of.
  package init(_ condition: Condition, _ value: Double, _ interval: ClosedRange<Double>) {
    (self.condition, self.value, base, self.interval) = (condition, value, nil, interval)
    switch condition.bound {
    case .number(let bound): holds = condition.holds(value, interval, bound)
    case .base: holds = false
    }
  }

  package var json: JSONValue {
    var object: JSONObject = [
      "condition": .string(condition.text), "holds": .bool(holds), "value": .double(value),
    ]
    if let base {
      object["base"] = .double(base)
      object["difference"] = .double(value - base)
    }
    object["interval"] = interval.json
    return .object(object)
  }
}

extension Condition {
  /// - Parameters:
  ///   - value: a share, as `interval` is.
  ///   - bound: in points.
  fileprivate func holds(_ value: Double, _ interval: ClosedRange<Double>, _ bound: Double) -> Bool
  {
    guard isSignificant else { return comparator.holds(100 * value, bound) }
    // The end of the interval that is nearest to the bound.
    let end = comparator.isBelow ? interval.upperBound : interval.lowerBound
    return comparator.holds(100 * end, bound)
  }
}

extension Breakdown {
  /// - Throws: `TareError.usage` that lists the names that there are.
  fileprivate func value(of condition: Condition) throws(TareError) -> Value {
    guard case .named(let name) = condition.metric else { return overall }
    let all = subsets + sections + averages + details
    if let found = all.first(where: { $0.name == name }) { return found.value }
    let names = distinct(all.map(\.name))
    let shown = names.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
    throw .usage(
      "condition '\(condition.text)': \"\(name)\" is no part of this evaluation; expected overall"
        + (names.isEmpty ? "" : " or \(shown)") + (names.count > 20 ? " and so on" : ""))
  }
}
