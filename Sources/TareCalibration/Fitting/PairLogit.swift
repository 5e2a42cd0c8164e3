/// The Bradley–Terry model of which response of a pair is better.
internal import Foundation
internal import TareCore

/// P(better wins) = 1 / (1 + exp(−Σ β_k x_k)) of differences x within pairs, without an intercept:
/// exchanging the two of a pair changes nothing (Bradley and Terry 1952). Fitted by Newton's method
/// with weights and a ridge.
struct PairLogit {
  /// [feature].
  private(set) var coefficients: [Double]
  /// Inverse of the information with the ridge, [feature][feature].
  private(set) var inverse: [[Double]]

  /// - Parameters:
  ///   - features: differences, [feature][pair].
  ///   - ridge: penalty of each coefficient's square, half of it, [feature].
  ///   - start: coefficients to begin with, [feature].
  /// - Returns: nil where the information is singular: a feature without differences.
  init?(
    _ features: [[Double]], weights: [Double], ridge: [Double], start: [Double]? = nil
  ) {
    coefficients = start ?? features.map { _ in 0 }
    inverse = []
    for _ in 0..<50 {
      let (gradient, information) = PairLogit.derivatives(
        features, weights, ridge, coefficients)
      guard let inverse = SymmetricMatrix.inverse(information) else { return nil }
      self.inverse = inverse
      let step = inverse.map { row in zip(row, gradient).reduce(0) { $0 + $1.0 * $1.1 } }
      // Far steps of separable data are cut; ridge or the limit of 50 steps ends them.
      let length = step.map(abs).max() ?? 0
      let share = length > 5 ? 5 / length : 1
      for index in coefficients.indices { coefficients[index] += share * step[index] }
      if length < 1e-10 * max(1, coefficients.map(abs).max() ?? 0) { break }
    }
    guard coefficients.allSatisfy(\.isFinite) else { return nil }
  }

  /// The negative log-likelihood of a pair with this logit.
  static func loss(_ logit: Double) -> Double {
    logit > 0 ? log1p(exp(-logit)) : -logit + log1p(exp(logit))
  }

  private func logit(_ features: [[Double]], _ pair: Int) -> Double {
    features.indices.reduce(0) { $0 + coefficients[$1] * features[$1][pair] }
  }

  private static func derivatives(
    _ features: [[Double]], _ weights: [Double], _ ridge: [Double], _ coefficients: [Double]
  ) -> (gradient: [Double], information: [[Double]]) {
    var gradient = zip(ridge, coefficients).map { -$0 * $1 }
    var information = features.indices.map { row in
      features.indices.map { $0 == row ? ridge[row] : 0 }
    }
    // The one or two that gamma is chosen by, where sums stay in registers.
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
    for pair in weights.indices {
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
    _ x: [Double], _ weights: [Double], _ ridge: Double, _ slope: Double
  ) -> (gradient: Double, information: Double) {
    let (x, weights) = (x.span, weights.span)
    var (gradient, information) = (-ridge * slope, ridge)
    for pair in 0..<weights.count {
      let (x, weight) = (x[pair], weights[pair])
      let lost = 1 / (1 + exp(slope * x))
      gradient += weight * lost * x
      information += weight * lost * (1 - lost) * x * x
    }
    return (gradient, information)
  }

  private static func derivatives(
    _ x: [Double], _ y: [Double], _ weights: [Double], _ ridge: [Double],
    _ coefficients: [Double]
  ) -> (
    gradient: (x: Double, y: Double), information: (xx: Double, xy: Double, yy: Double)
  ) {
    let (slopeX, slopeY) = (coefficients[0], coefficients[1])
    let (x, y, weights) = (x.span, y.span, weights.span)
    // In the order of the plain sums, to the last bit.
    var gradient = (x: -ridge[0] * slopeX, y: -ridge[1] * slopeY)
    var information = (xx: ridge[0], xy: 0.0, yy: ridge[1])
    for pair in 0..<weights.count {
      let (x, y, weight) = (x[pair], y[pair], weights[pair])
      let lost = 1 / (1 + exp(slopeX * x + slopeY * y))
      let curvature = weight * lost * (1 - lost)
      gradient.x += weight * lost * x
      gradient.y += weight * lost * y
      information.xx += curvature * x * x
      information.xy += curvature * y * x
      information.yy += curvature * y * y
    }
    return (gradient, information)
  }

  /// Covariance of the coefficients where the pairs of one prompt belong together (sandwich).
  func covariance(
    _ features: [[Double]], weights: [Double], prompts: [Int32], count: Int
  ) -> [[Double]] {
    // [prompt, feature]
    var scores = [Double](repeating: 0, count: count * features.count)
    for pair in weights.indices {
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
