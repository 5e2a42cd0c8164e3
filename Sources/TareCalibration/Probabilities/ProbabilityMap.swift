/// Maps from a model's probabilities to calibrated ones.
internal import Foundation
internal import TareCore

/// Of two options, one curve maps the first one's probability. Of more, scaling methods map all
/// together; curves map each option against the rest, and the results are divided by their sum
/// (Zadrozny and Elkan 2002).
package enum ProbabilityMap: Sendable, Hashable {
  case none
  /// softmax(ln p / T) (Guo et al. 2017).
  case temperature(Double)
  /// softmax(slope · ln p + bias), a bias for each option: Platt's (1999) for two options, temperature
  /// scaling with bias correction (Alexandari et al. 2020) for more.
  case platt(slope: Double, biases: [Double])
  /// Non-decreasing, by option; one for two options.
  case isotonic([IsotonicSteps])
  /// σ(a ln p − b ln(1 − p) + c) (Kull et al. 2017), by option; one for two options.
  case beta([BetaCurve])

  /// Probabilities of 0 have no logarithm.
  static let least = 1e-12

  /// - Parameter probabilities: by option.
  /// - Returns: as many, which add up to 1.
  package func apply(_ probabilities: [Double]) -> [Double] {
    switch self {
    case .none: return probabilities
    case .temperature(let temperature):
      return Self.softmax(Self.logs(probabilities).map { $0 / temperature })
    case .platt(let slope, let biases):
      return Self.softmax(zip(Self.logs(probabilities), biases).map { slope * $0 + $1 })
    case .isotonic(let steps):
      return Self.byOption(probabilities, steps.count) { steps[$0].value($1) }
    case .beta(let curves):
      return Self.byOption(probabilities, curves.count) { curves[$0].value($1) }
    }
  }

  package var method: ProbabilityMethod {
    switch self {
    case .none: .none
    case .temperature: .temperature
    case .platt: .platt
    case .isotonic: .isotonic
    case .beta: .beta
    }
  }

  static func logs(_ probabilities: [Double]) -> [Double] {
    probabilities.map { log(max($0, least)) }
  }

  static func softmax(_ scores: [Double]) -> [Double] {
    let most = scores.max() ?? 0
    let weights = scores.map { exp($0 - most) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  private static func byOption(
    _ probabilities: [Double], _ count: Int, _ curve: (Int, Double) -> Double
  ) -> [Double] {
    if count == 1, probabilities.count == 2 {
      let first = curve(0, probabilities[0])
      return [first, 1 - first]
    }
    let values = probabilities.indices.map { curve($0, probabilities[$0]) }
    let sum = values.reduce(0, +)
    return sum > 0
      ? values.map { $0 / sum } : values.map { _ in 1 / Double(max(values.count, 1)) }
  }
}

package enum ProbabilityMethod: String, Sendable, CaseIterable {
  case none, temperature, platt, beta, isotonic

  package var summary: String {
    switch self {
    case .none: "probabilities as they are"
    case .temperature: "one temperature"
    case .platt: "slope and bias of the log-probabilities"
    case .beta: "beta calibration"
    case .isotonic: "isotonic regression"
    }
  }
}

/// σ(a ln p − b ln(1 − p) + c), which does not fall for a and b of at least 0.
package struct BetaCurve: Sendable, Hashable {
  package let a: Double
  package let b: Double
  package let c: Double

  package init(a: Double, b: Double, c: Double) {
    self.a = a
    self.b = b
    self.c = c
  }

  package func value(_ probability: Double) -> Double {
    let features = BetaCurve.features(probability)
    return 1 / (1 + exp(-(a * features.0 + b * features.1 + c)))
  }

  /// ln p and −ln(1 − p).
  static func features(_ probability: Double) -> (Double, Double) {
    (
      log(max(probability, ProbabilityMap.least)),
      -log(max(1 - probability, ProbabilityMap.least))
    )
  }
}

/// Points of a non-decreasing function, between which it is linear and beyond which it stays.
package struct IsotonicSteps: Sendable, Hashable {
  /// Rising.
  package let x: [Double]
  /// Of probabilities, not falling.
  package let y: [Double]

  package init(x: [Double], y: [Double]) {
    self.x = x
    self.y = y
  }

  package func value(_ probability: Double) -> Double {
    guard let first = x.first, let last = x.last else { return probability }
    if probability <= first { return y[0] }
    if probability >= last { return y[y.count - 1] }
    var (low, high) = (0, x.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if x[middle] <= probability { low = middle } else { high = middle }
    }
    let share = (probability - x[low]) / (x[high] - x[low])
    return y[low] + share * (y[high] - y[low])
  }
}
