/// An estimated mean, with what each prompt adds to its error.
package import TareCore

/// A mean whose error is a sum over prompts.
package struct PolicyMean: Sendable, Hashable {
  package let value: Double
  package let standardError: Double?
  /// 95%.
  package let interval: ClosedRange<Double>?
  /// What each prompt moves the mean by, [prompt]; empty where that is not how the error was found.
  let influences: [Double]

  /// - Parameters:
  ///   - influences: they sum to 0, [prompt].
  ///   - clusters: prompts that take part.
  init(_ value: Double, influences: [Double], clusters: Int) {
    self.value = value
    self.influences = influences
    guard clusters > 1 else {
      (standardError, interval) = (nil, nil)
      return
    }
    let squares = influences.reduce(0) { $0 + $1 * $1 }
    let error = (squares * Double(clusters) / Double(clusters - 1)).squareRoot()
    standardError = error
    interval = value - AuditEstimate.z * error...value + AuditEstimate.z * error
  }

  /// From values that leave out one group of prompts each.
  ///
  /// The delete-a-group jackknife (Kott 2001), with Student's t of one degree less than there are groups. No
  /// interval where one group has all rows: without it there is no mean.
  init(_ value: Double, withoutGroups values: [Double]) {
    self.value = value
    influences = []
    let count = Double(values.count)
    guard values.count > 1, values.allSatisfy(\.isFinite) else {
      (standardError, interval) = (nil, nil)
      return
    }
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = ((count - 1) / count * squares).squareRoot()
    let half = StudentT.quantile975(degrees: values.count - 1) * error
    standardError = error
    interval = value - half...value + half
  }

  package var halfWidth: Double? { interval.map { ($0.upperBound - $0.lowerBound) / 2 } }

  package var json: JSONValue {
    [
      "value": .double(value), "standard_error": standardError.map { .double($0) } ?? .null,
      "interval": interval?.json ?? .null,
    ]
  }
}
