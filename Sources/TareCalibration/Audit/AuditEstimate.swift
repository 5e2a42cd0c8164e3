/// A number of an audit with its uncertainty.
internal import Foundation
package import TareCore

/// An estimate whose error is normal to a good approximation, over prompts.
package struct AuditEstimate: Sendable, Hashable {
  package let value: Double
  /// Over prompts; nil where fewer than two say anything.
  package let standardError: Double?
  /// 95%.
  package let interval: ClosedRange<Double>?
  /// Two-sided, of the hypothesis that the number is 0; 1 where nothing varies.
  package let p: Double
  /// p adjusted for the tests made together (Benjamini and Hochberg 1995); nil where there was one.
  package var q: Double?

  /// The 97.5% point of the standard normal distribution.
  static let z = 1.959963984540054

  init(_ value: Double, standardError: Double?) {
    self.value = value
    self.standardError = standardError
    interval = standardError.map { value - Self.z * $0...value + Self.z * $0 }
    p = Self.p(value, standardError)
  }

  /// A correlation: its interval by Fisher's transformation, so that it stays between −1 and 1.
  init(correlation: Double, standardError: Double?) {
    value = correlation
    self.standardError = standardError
    let least = max(1e-12, 1 - correlation * correlation)
    let centre = atanh(max(-1 + 1e-12, min(1 - 1e-12, correlation)))
    interval = standardError.map { error in
      tanh(centre - Self.z * error / least)...tanh(centre + Self.z * error / least)
    }
    p = Self.p(correlation, standardError)
  }

  /// The mean of one value per prompt; its error is that of independent values.
  init?(meanOf values: [Double]) {
    guard let first = values.first else { return nil }
    var (mean, squares) = (first, 0.0)
    for (place, value) in values.enumerated().dropFirst() {
      let before = value - mean
      mean += before / Double(place + 1)
      squares += before * (value - mean)
    }
    let n = Double(values.count)
    self.init(
      mean, standardError: values.count > 1 ? (squares / (n - 1) / n).squareRoot() : nil)
  }

  private static func p(_ value: Double, _ error: Double?) -> Double {
    guard let error, error > 0 else { return value == 0 || error == nil ? 1 : 0 }
    return erfc(abs(value) / error / 2.0.squareRoot())
  }

  /// By q, where the test was one of several, else by p.
  package var isSignificant: Bool { standardError != nil && (q ?? p) < 0.05 }

  package var json: JSONValue {
    var object: JSONObject = [
      "value": .double(value), "interval": interval?.json ?? .null, "p": .double(p),
    ]
    object["q"] = q.map { .double($0) }
    return .object(object)
  }
}
