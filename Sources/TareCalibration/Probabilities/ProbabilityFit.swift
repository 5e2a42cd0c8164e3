/// How maps of probabilities are fitted to labels.
internal import Foundation
package import TareCore
internal import TareNumerics

package enum ProbabilityFit {
  /// What holds fits of few or separable rows back: half of it times the squared distance of slopes from
  /// 1 and of biases from 0 is added to the sum of the losses. Rows outweigh it soon.
  static let ridge = 1e-2
  static let steps = 50
  private static let tolerance = 1e-10

  /// - Parameter rows: labelled, at least one.
  package static func fit(
    _ method: ProbabilityMethod, _ rows: [AnsweredRow]
  ) -> ProbabilityMap {
    search(method, rows).map
  }

  /// The map, and whether the search for it ended.
  package static func search(
    _ method: ProbabilityMethod, _ rows: [AnsweredRow]
  ) -> (map: ProbabilityMap, didConverge: Bool) {
    switch method {
    case .none: return (.none, true)
    // Halvings of a range, and pooling, end.
    case .temperature: return (.temperature(temperature(rows)), true)
    case .platt: return platt(rows)
    case .isotonic: return (.isotonic(byOption(rows, isotonic)), true)
    case .beta:
      let curves = byOption(rows, beta)
      return (.beta(curves.map(\.curve)), curves.allSatisfy(\.didConverge))
    }
  }

  /// What a map loses on rows: −ln of the right option's probability, [row].
  package static func losses(_ map: ProbabilityMap, _ rows: [AnsweredRow]) -> [Double] {
    rows.map { row in
      guard let label = row.label else { return 0 }
      return -log(max(map.apply(row.probabilities)[label], ProbabilityMap.least))
    }
  }

  /// The temperature of least loss within 0.05 to 20; the loss is convex in 1 / T.
  private static func temperature(_ rows: [AnsweredRow]) -> Double {
    let logs = rows.map { ProbabilityMap.logs($0.probabilities) }
    func slope(_ inverse: Double) -> Double {
      zip(rows, logs).reduce(0) { sum, pair in
        let (row, logs) = pair
        guard let label = row.label else { return sum }
        let weights = ProbabilityMap.softmax(logs.map { $0 * inverse })
        return sum + zip(weights, logs).reduce(0) { $0 + $1.0 * $1.1 } - logs[label]
      }
    }
    var (low, high) = (0.05, 20.0)
    if slope(low) >= 0 { return 1 / low }
    if slope(high) <= 0 { return 1 / high }
    for _ in 0..<steps {
      let middle = (low * high).squareRoot()
      if slope(middle) < 0 { low = middle } else { high = middle }
    }
    return 1 / (low * high).squareRoot()
  }

  /// Newton's method on a slope and a bias for each option; the ridge settles the biases' sum.
  private static func platt(
    _ rows: [AnsweredRow]
  ) -> (map: ProbabilityMap, didConverge: Bool) {
    let count = rows.first?.probabilities.count ?? 2
    let logs = rows.map { ProbabilityMap.logs($0.probabilities) }
    let start = [1.0] + [Double](repeating: 0, count: count)
    let (solved, didConverge) = newton(start, prior: start) { parameters, gradient, hessian in
      var loss = 0.0
      for (row, logs) in zip(rows, logs) {
        guard let label = row.label else { continue }
        let p = ProbabilityMap.softmax(
          (0..<count).map { parameters[0] * logs[$0] + parameters[$0 + 1] })
        loss -= log(max(p[label], ProbabilityMap.least))
        let mean = zip(p, logs).reduce(0) { $0 + $1.0 * $1.1 }
        gradient[0] += mean - logs[label]
        for option in 0..<count {
          gradient[option + 1] += p[option] - (option == label ? 1 : 0)
          let mixed = p[option] * (logs[option] - mean)
          hessian[0][0] += mixed * logs[option]
          hessian[0][option + 1] += mixed
          hessian[option + 1][0] += mixed
          for other in 0..<count {
            hessian[option + 1][other + 1] += p[option] * ((option == other ? 1 : 0) - p[other])
          }
        }
      }
      return loss
    }
    return (.platt(slope: solved[0], biases: Array(solved.dropFirst())), didConverge)
  }

  /// - Parameters: an option's probabilities, and whether it is the right one.
  private static func beta(
    _ probabilities: [Double], _ isRight: [Bool]
  ) -> (curve: BetaCurve, didConverge: Bool) {
    let features = probabilities.map(BetaCurve.features)
    func solve(_ isUsed: [Bool]) -> (parameters: [Double], didConverge: Bool) {
      let prior = [isUsed[0] ? 1.0 : 0, isUsed[1] ? 1.0 : 0, 0]
      return newton(prior, prior: prior) { parameters, gradient, hessian in
        var loss = 0.0
        for (index, feature) in features.enumerated() {
          let x = [isUsed[0] ? feature.0 : 0, isUsed[1] ? feature.1 : 0, 1]
          let score = zip(x, parameters).reduce(0) { $0 + $1.0 * $1.1 }
          let p = 1 / (1 + exp(-score))
          let right = isRight[index] ? 1.0 : 0
          // ln(1 + exp(score)) − right · score, without overflow.
          loss += max(score, 0) + log1p(exp(-abs(score))) - right * score
          for first in 0..<3 {
            gradient[first] += (p - right) * x[first]
            for second in 0..<3 { hessian[first][second] += p * (1 - p) * x[first] * x[second] }
          }
        }
        return loss
      }
    }
    var (solved, didConverge) = solve([true, true])
    // A falling curve would turn the order of probabilities round.
    if solved[0] < 0 {
      (solved, didConverge) = solve([false, true])
    } else if solved[1] < 0 {
      (solved, didConverge) = solve([true, false])
    }
    return (BetaCurve(a: max(solved[0], 0), b: max(solved[1], 0), c: solved[2]), didConverge)
  }

  /// Pooled adjacent violators; no value is nearer to 0 or 1 than one of so many rows can show.
  private static func isotonic(_ probabilities: [Double], _ isRight: [Bool]) -> IsotonicSteps {
    let order = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
    var x: [Double] = []
    var means: [Double] = []
    var weights: [Double] = []
    for index in order {
      let right = isRight[index] ? 1.0 : 0
      if let last = x.last, last == probabilities[index] {
        let place = means.count - 1
        means[place] = (means[place] * weights[place] + right) / (weights[place] + 1)
        weights[place] += 1
      } else {
        x.append(probabilities[index])
        means.append(right)
        weights.append(1)
      }
    }
    let least = 1 / Double(probabilities.count + 2)
    let fitted = Isotonic.increasing(means, weights: weights).map { min(max($0, least), 1 - least) }
    // Of a block its ends say all.
    let kept = x.indices.filter { place in
      place == 0 || place == x.count - 1 || fitted[place - 1] != fitted[place]
        || fitted[place + 1] != fitted[place]
    }
    return IsotonicSteps(x: kept.map { x[$0] }, y: kept.map { fitted[$0] })
  }

  private static func byOption<Curve>(
    _ rows: [AnsweredRow], _ fit: ([Double], [Bool]) -> Curve
  ) -> [Curve] {
    let count = rows.first?.probabilities.count ?? 2
    return (0..<(count == 2 ? 1 : count)).map { option in
      fit(rows.map { $0.probabilities[option] }, rows.map { $0.label == option })
    }
  }

  /// Newton's method with halved steps on a convex loss plus the ridge.
  ///
  /// - Parameter body: adds to the gradient and the Hessian, and returns the loss.
  /// - Returns: also whether there is no more to find than the tolerance.
  private static func newton(
    _ start: [Double], prior: [Double],
    _ body: ([Double], inout [Double], inout [[Double]]) -> Double
  ) -> (parameters: [Double], didConverge: Bool) {
    let size = start.count
    func evaluate(_ parameters: [Double]) -> (Double, [Double], [[Double]]) {
      var gradient = zip(parameters, prior).map { ridge * ($0 - $1) }
      var hessian = (0..<size).map { row in (0..<size).map { row == $0 ? ridge : 0.0 } }
      let penalty = zip(parameters, prior).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let loss = body(parameters, &gradient, &hessian) + ridge / 2 * penalty
      return (loss, gradient, hessian)
    }
    var parameters = start
    var (loss, gradient, hessian) = evaluate(parameters)
    for _ in 0..<steps {
      guard let inverse = SymmetricMatrix.inverse(hessian) else { return (parameters, false) }
      let step = inverse.map { row in zip(row, gradient).reduce(0) { $0 + $1.0 * $1.1 } }
      var scale = 1.0
      var next = (parameters, loss, gradient, hessian)
      repeat {
        let tried = zip(parameters, step).map { $0 - scale * $1 }
        let (value, slope, curvature) = evaluate(tried)
        next = (tried, value, slope, curvature)
        scale /= 2
      } while !(next.1 <= loss) && scale > 1e-10
      guard next.1 <= loss else {
        // No step falls: the least value but for rounding, where a whole one would hardly.
        let decrement = zip(step, gradient).reduce(0) { $0 + $1.0 * $1.1 }
        return (parameters, decrement <= 1e-8 * (1 + abs(loss)))
      }
      let change = loss - next.1
      (parameters, loss, gradient, hessian) = next
      if change <= tolerance * (1 + abs(loss)) { return (parameters, true) }
    }
    return (parameters, false)
  }
}
