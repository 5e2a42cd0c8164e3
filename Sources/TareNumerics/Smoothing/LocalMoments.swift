/// The moments of one neighbourhood about its mean.

/// Weighted means of powers of u, the distance from the mean in bandwidths, and with y.
struct LocalMoments {
  var second = 0.0
  var third = 0.0
  var cross = 0.0

  mutating func add(_ u: Double, _ y: Double, weight: Double) {
    second += weight * u * u
    third += weight * u * u * u
    cross += weight * u * y
  }

  /// The part of u² that a line does not explain, its norm and its product with y.
  struct Quadratic {
    var norm = 0.0
    var cross = 0.0

    mutating func add(_ p: Double, _ y: Double, weight: Double) {
      norm += weight * p * p
      cross += weight * p * y
    }

    /// A parabola needs three distinct x that count. Below this share of the squared variance the
    /// third is worth nothing and the line is taken.
    static let least = 1e-9

    func isBent(variance: Double) -> Bool { norm > Self.least * variance * variance }

    func bend(variance: Double) -> Double { isBent(variance: variance) ? cross / norm : 0 }
  }
}

extension Lowess.Rules {
  /// The variance of x in a neighbourhood, in squared bandwidths, by which a slope is divided; nil
  /// where there shall be no slope.
  ///
  /// statsmodels has a floor of 1e-12 in the square of x's unit. This program keeps it where x ranges over
  /// 1 or more, and takes 1e-12 of the squared range below, so that a small unit makes no curve flat. R takes
  /// the mean where the standard deviation is at most a thousandth of the range of all x.
  func steadied(variance: Double, bandwidth: Double, range: Double) -> Double? {
    switch self {
    case .tare, .statsmodels: max(variance, floor(range: range) / bandwidth / bandwidth)
    case .r: variance.squareRoot() * bandwidth > 0.001 * range ? variance : nil
    }
  }

  /// The least variance of x, in the square of its unit.
  func floor(range: Double) -> Double {
    guard self == .tare, range < 1, range > 1e-100 else { return 1e-12 }
    return 1e-12 * range * range
  }
}
