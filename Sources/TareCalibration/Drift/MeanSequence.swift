/// A mean that is watched over time.
internal import Foundation
internal import TareNumerics

/// A confidence sequence for the mean of independent numbers of any distribution with a variance: asymptotic, as a
/// usual interval is, but for all numbers of them together.
///
/// Mean ± s √(2 (tρ² + 1) / (t²ρ²) log(√(tρ² + 1) / alpha)), with s the standard deviation of the t numbers and
/// ρ such that it is narrowest about `planned` numbers (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2021, arXiv
/// 2103.06476, theorem 2.2 and appendix C).
package struct MeanSequence: Sendable, Hashable {
  package let count: Int
  package let mean: Double
  /// nil for fewer than ten numbers, of which the deviation is not known well enough.
  package let interval: ClosedRange<Double>?

  package static let least = 10

  /// - Parameter planned: chosen beforehand, whatever the numbers are.
  package init(_ values: [Double], alpha: Double, planned: Int) {
    count = values.count
    let mean = values.isEmpty ? 0 : values.mean
    self.mean = mean
    guard values.count >= Self.least else {
      interval = nil
      return
    }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let t = Double(values.count)
    let deviation = (squares / (t - 1)).squareRoot()
    let level = -2 * log(alpha)
    let rho2 = (level + log(level + 1)) / Double(max(1, planned))
    let spread = t * rho2 + 1
    let half =
      deviation
      * (2 * spread / (t * t * rho2) * (log(spread) / 2 - log(alpha))).squareRoot()
    interval = mean - half...mean + half
  }
}
