/// Estimates and means as the words on inspections have them.
internal import TareInspection

extension Estimate {
  /// "+0.31 (95% +0.22 to +0.39)".
  var signed: String { "\(value.signed) (95% \(interval.signed))" }

  /// "31% (95% 22% to 39%)".
  var wholePercent: String {
    "\(value.wholePercent) (95% \(low.wholePercent) to \(high.wholePercent))"
  }

  /// Whatever order a file has its ends in.
  var interval: ClosedRange<Double> { min(low, high)...max(low, high) }

  var isSure: Bool { !interval.contains(0) }
}

extension Double {
  /// "31%".
  var wholePercent: String { (100 * self).fixed(0) + "%" }
}

extension Collection<Double> {
  /// Nil where there are none.
  var mean: Double? { isEmpty ? nil : reduce(0, +) / Double(count) }
}

extension [Double] {
  /// The place of the largest; nil where there are none.
  var placeOfLargest: Int? { indices.max { self[$0] < self[$1] } }
}

extension [String] {
  /// "a", "a and b", "a, b and c".
  var asList: String {
    guard count > 1, let last else { return first ?? "" }
    return dropLast().joined(separator: ", ") + " and " + last
  }
}
