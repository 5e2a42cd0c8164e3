/// How a covariate is measured while a curve is fitted to it.
internal import Foundation

/// A rising transformation of a covariate. It decides which points are near each other; curves are
/// saved over the covariate's own values whatever the scale was.
package enum Scale: String, Sendable, CaseIterable {
  /// As it stands: characters for a length.
  case char
  /// log(1 + x), for counts and lengths whose ratios matter more than their differences.
  case log
  /// The rank among the rows, ties at their average: as many points on every part of the axis.
  case rank

  /// - Returns: nil for a logarithm of a value at -1 or below.
  func apply(_ values: [Double]) -> [Double]? {
    switch self {
    case .char: values
    case .log: values.allSatisfy { $0 > -1 } ? values.map(Scale.logarithm) : nil
    case .rank: values.ranks
    }
  }

  static func logarithm(_ value: Double) -> Double { Foundation.log1p(value) }
}
