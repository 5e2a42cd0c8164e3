/// The Bradley–Terry model of which response of a pair is better.
internal import Foundation
internal import TareCore

/// P(better wins) = 1 / (1 + exp(−Σ β_k x_k)) of differences x within pairs, without an intercept:
/// exchanging the two of a pair changes nothing (Bradley and Terry 1952). Fitted by Newton's method
/// with weights and a ridge.
package struct PairLogit {
  /// [feature].
  package private(set) var coefficients: [Double]
  /// Inverse of the information with the ridge, [feature][feature].
  package private(set) var inverse: [[Double]]
  /// Whether the search for the coefficients ended. Without a ridge it does not where the features order
  /// all pairs without error: there the likelihood has no maximum.
  package private(set) var didConverge = false
  /// Steps of Newton's method at most.
  package static let mostSteps = 50

  /// - Parameters:
  ///   - features: differences, [feature][pair].
  ///   - ridge: penalty of each coefficient's square, half of it, [feature].
  ///   - start: coefficients to begin with, [feature].
  /// - Returns: nil where the information is singular: a feature without differences.
  package init?(
    _ features: [[Double]], weights: PairWeights, ridge: [Double], start: [Double]? = nil
  ) {
    coefficients = start ?? features.map { _ in 0 }
    inverse = []
    for _ in 0..<Self.mostSteps {
      let (gradient, information) = PairLogit.derivatives(
        features, weights, ridge, coefficients)
      guard let inverse = SymmetricMatrix.inverse(information) else { return nil }
      self.inverse = inverse
      let step = inverse.map { row in zip(row, gradient).reduce(0) { $0 + $1.0 * $1.1 } }
      // Far steps of separable data are cut; ridge or the limit of steps ends them.
      let length = step.map(abs).max() ?? 0
      let share = length > 5 ? 5 / length : 1
      for index in coefficients.indices { coefficients[index] += share * step[index] }
      // A step of Newton's squares what is wrong: after one of a millionth nothing is left to find.
      if length < 1e-6 * max(1, coefficients.map(abs).max() ?? 0) {
        didConverge = true
        break
      }
    }
    guard coefficients.allSatisfy(\.isFinite) else { return nil }
  }

  /// The negative log-likelihood of a pair with this logit.
  package static func loss(_ logit: Double) -> Double {
    logit > 0 ? log1p(exp(-logit)) : -logit + log1p(exp(logit))
  }

  private func logit(_ features: [[Double]], _ pair: Int) -> Double {
    features.indices.reduce(0) { $0 + coefficients[$1] * features[$1][pair] }
  }

  private static func derivatives(
    _ features: [[Double]], _ weights: PairWeights, _ ridge: [Double], _ coefficients: [Double]
  ) -> (gradient: [Double], information: [[Double]]) {
    var gradient = zip(ridge, coefficients).map { -$0 * $1 }
    var information = features.indices.map { row in
      features.indices.map { $0 == row ? ridge[row] : 0 }
    }
    // The one or two that gamma is chosen by, eight pairs at a time.
    if features.count == 1 {
      let sums = derivatives(features[0], weights, ridge[0], coefficients[0])
      return ([sums.gradient], [[sums.information]])
    }
    if features.count == 2 {
      let sums = derivatives(features[0], features[1], weights, ridge, coefficients)
      return (
        [sums.gradient.x, sums.gradient.y],
        [
          [sums.information.xx, sums.information.xy], [sums.information.xy, sums.information.yy],
        ]
      )
    }
    for pair in 0..<weights.count {
      var logit = 0.0
      for feature in features.indices { logit += coefficients[feature] * features[feature][pair] }
      let lost = 1 / (1 + exp(logit))
      let curvature = weights[pair] * lost * (1 - lost)
      for row in features.indices {
        gradient[row] += weights[pair] * lost * features[row][pair]
        for column in 0...row {
          information[row][column] += curvature * features[row][pair] * features[column][pair]
        }
      }
    }
    for row in features.indices {
      for column in 0..<row { information[column][row] = information[row][column] }
    }
    return (gradient, information)
  }

  private static func derivatives(
    _ x: [Double], _ weights: PairWeights, _ ridge: Double, _ slope: Double
  ) -> (gradient: Double, information: Double) {
    let x = x.span
    var (gradient, information) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
    for pair in stride(from: 0, to: weights.count, by: 8) {
      let (x, weight) = (x.eight(from: pair), weights.eight(from: pair))
      let lost = 1 / (1 + (slope * x).exponential)
      let slant = weight * lost * x
      gradient += slant
      information += slant * (1 - lost) * x
    }
    return (gradient.sum() - ridge * slope, information.sum() + ridge)
  }

  private static func derivatives(
    _ x: [Double], _ y: [Double], _ weights: PairWeights, _ ridge: [Double],
    _ coefficients: [Double]
  ) -> (
    gradient: (x: Double, y: Double), information: (xx: Double, xy: Double, yy: Double)
  ) {
    let (slopeX, slopeY) = (coefficients[0], coefficients[1])
    let (x, y) = (x.span, y.span)
    typealias Sums = SIMD8<Double>
    var gradient = (x: Sums.zero, y: Sums.zero)
    var information = (xx: Sums.zero, xy: Sums.zero, yy: Sums.zero)
    for pair in stride(from: 0, to: weights.count, by: 8) {
      let (x, y) = (x.eight(from: pair), y.eight(from: pair))
      let lost = 1 / (1 + (slopeX * x + slopeY * y).exponential)
      let slant = weights.eight(from: pair) * lost
      let (curvedX, curvedY) = (slant * (1 - lost) * x, slant * (1 - lost) * y)
      gradient.x += slant * x
      gradient.y += slant * y
      information.xx += curvedX * x
      information.xy += curvedX * y
      information.yy += curvedY * y
    }
    return (
      (gradient.x.sum() - ridge[0] * slopeX, gradient.y.sum() - ridge[1] * slopeY),
      (
        information.xx.sum() + ridge[0], information.xy.sum(),
        information.yy.sum() + ridge[1]
      )
    )
  }

  /// Covariance of the coefficients where the pairs of one prompt belong together (sandwich).
  package func covariance(
    _ features: [[Double]], weights: PairWeights, prompts: [Int32], count: Int
  ) -> [[Double]] {
    // [prompt, feature]
    var scores = [Double](repeating: 0, count: count * features.count)
    for pair in 0..<weights.count {
      let lost = weights[pair] / (1 + exp(logit(features, pair)))
      let first = Int(prompts[pair]) * features.count
      for feature in features.indices { scores[first + feature] += lost * features[feature][pair] }
    }
    var meat = features.map { _ in features.map { _ in 0.0 } }
    for row in features.indices {
      for column in features.indices {
        var sum = 0.0
        for first in stride(from: 0, to: scores.count, by: features.count) {
          sum += scores[first + row] * scores[first + column]
        }
        meat[row][column] = sum
      }
    }
    return SymmetricMatrix.product(SymmetricMatrix.product(inverse, meat), inverse)
  }
}
