/// Whether a calibration that was learned on some policies holds for another.
package import TareCore

/// The mean of a policy's labels less what a curve through the other policies' labels says of them, with its
/// interval.
package struct TransportCheck: Sendable, Hashable {
  package enum Result: String, Sendable {
    /// The interval lies within the margin.
    case pass = "PASS"
    /// The interval excludes 0, and does not lie within the margin.
    case fail = "FAIL"
    /// Too few labels to say either.
    case inconclusive = "INCONCLUSIVE"
  }

  package let bias: PolicyMean
  /// What is taken for no difference, in the label's unit.
  package let margin: Double

  /// Share of the labels' range that is the margin unless another is given.
  package static let usualMargin = 0.05

  package var result: Result {
    guard let interval = bias.interval else { return .inconclusive }
    if -margin < interval.lowerBound, interval.upperBound < margin { return .pass }
    return interval.contains(0) ? .inconclusive : .fail
  }

  package var json: JSONValue {
    [
      "result": .string(result.rawValue), "bias": bias.json, "margin": .double(margin),
    ]
  }
}
