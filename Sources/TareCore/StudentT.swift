/// Student's t distribution: intervals of means of few values.
internal import Foundation

package enum StudentT {
  /// The 97.5% point with so many degrees of freedom, at least 1.
  ///
  /// With t = √ν·tan θ the central probability is a finite sum in sin θ and cos θ (Abramowitz and
  /// Stegun 26.7.3 and 26.7.4), which grows with θ: halving finds the place.
  package static func quantile975(degrees: Int) -> Double {
    precondition(degrees > 0)
    var (low, high) = (0.0, Double.pi / 2)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if central(middle, degrees) < 0.95 { low = middle } else { high = middle }
    }
    return Double(degrees).squareRoot() * tan((low + high) / 2)
  }

  /// P(|T| < √ν·tan θ).
  private static func central(_ angle: Double, _ degrees: Int) -> Double {
    let squared = cos(angle) * cos(angle)
    let isOdd = !degrees.isMultiple(of: 2)
    // Odd: cos θ, 2/3 cos³ θ, …; even: 1, 1/2 cos² θ, …; the last power is ν − 2.
    var term = isOdd ? cos(angle) : 1
    var sum = 0.0
    for power in stride(from: isOdd ? 1 : 0, through: degrees - 2, by: 2) {
      sum += term
      term *= squared * Double(power + 1) / Double(power + 2)
    }
    return isOdd ? 2 / .pi * (angle + sin(angle) * sum) : sin(angle) * sum
  }
}
