/// A direction of bias in hidden states, and a head that does not read it.
package import TareCore
package import TareEngine

/// What takes one direction out of hidden states: x becomes x − a (b · (x − μ)) / (b · a).
///
/// States of pairs, the same answer without and with a bias, say which direction:
///
/// - `mean`: a and b are the mean difference of the two.
/// - `logistic`: a and b are the weights of a ridge logistic regression that tells which of a pair has the bias.
/// - `leace`: a is the covariance of states and bias, b = Σ⁻¹ a with the states' covariance Σ. Afterwards no
///   linear function of the states knows of the bias better than a constant does, with the least mean squared
///   change of them (Belrose et al. 2023, arXiv 2306.03819, theorem 4.2; for two values the projection has rank
///   one). Σ gets a thousandth of its mean variance on the diagonal, as there may be fewer pairs than dimensions.
///
/// A linear head w · x + c of erased states is a linear head of the states: w − (w · a) / (b · a) b, and
/// c + (w · a) / (b · a) b · μ.
package struct BiasErasure: Sendable {
  package enum Method: String, Sendable, CaseIterable { case mean, logistic, leace }

  package let method: Method
  /// [hidden]
  package let a: [Double]
  package let b: [Double]
  package let center: [Double]

  static let ridgeShare = 1e-3

  /// - Parameters:
  ///   - pairs: states without (`plain`) and with the bias, [pair][hidden]; at least two.
  ///   - prompts: the prompt of each pair, for the cross-validation of the logistic regression.
  /// - Throws: `TareError.badData` with fewer than two pairs, or pairs that do not differ.
  package init(
    _ method: Method, _ pairs: [(plain: [Float], biased: [Float])], prompts: [String]
  ) throws(TareError) {
    guard pairs.count > 1, let width = pairs.first?.plain.count else {
      throw .badData(
        place: "the pairs", found: "\(pairs.count)", accepted: "at least two edited responses")
    }
    let center = Self.mean(pairs.flatMap { [$0.plain, $0.biased] }, width)
    let (plain, biased) = (
      Self.mean(pairs.map(\.plain), width), Self.mean(pairs.map(\.biased), width)
    )
    let difference = zip(biased, plain).map { $0 - $1 }
    guard difference.contains(where: { $0 != 0 }) else {
      throw .badData(
        place: "the pairs", found: "states that do not differ",
        accepted: "edits that the model sees")
    }
    switch method {
    case .mean: (a, b) = (difference, difference)
    case .logistic:
      let fit = try LinearHead.fit(
        pairs.map { (chosen: $0.biased, rejected: $0.plain) }, prompts: prompts,
        ridges: [10, 100, 1000, 10_000], folds: min(5, Set(prompts).count))
      let weights = fit.head.weights[0].map { Double($0) }
      (a, b) = (weights, weights)
    case .leace:
      a = difference
      b = try Self.solved(pairs.flatMap { [$0.plain, $0.biased] }, center, difference)
    }
    (self.method, self.center) = (method, center)
    guard Self.product(a, b) > 0, Self.product(a, b).isFinite else {
      throw .badData(
        place: "the pairs", found: "no direction that tells edited responses from originals",
        accepted: "edits that the model sees")
    }
  }

  /// The head that gives a state the score which the given one gives it without the direction.
  package func erased(from head: LinearHead) -> LinearHead {
    let weights = head.weights[0].map { Double($0) }
    let share = Self.product(weights, a) / Self.product(a, b)
    return LinearHead(
      weight: zip(weights, b).map { Float($0 - share * $1) },
      bias: Float(Double(head.biases[0]) + share * Self.product(b, center)))
  }

  /// A state without the direction.
  package func erased(_ state: [Float]) -> [Float] {
    let away = zip(state, center).map { Double($0) - $1 }
    let share = Self.product(b, away) / Self.product(a, b)
    return zip(state, a).map { Float(Double($0) - share * $1) }
  }

  private static func mean(_ rows: [[Float]], _ width: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: width)
    for row in rows {
      for place in 0..<width { sums[place] += Double(row[place]) }
    }
    return sums.map { $0 / Double(rows.count) }
  }

  private static func product(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// (Σ + ridge)⁻¹ `wanted` by conjugate gradients: the covariance itself, hidden × hidden, is never made.
  ///
  /// - Throws: `TareError.badData` if that leaves more than a millionth of `wanted`.
  private static func solved(
    _ rows: [[Float]], _ center: [Double], _ wanted: [Double]
  ) throws(TareError) -> [Double] {
    let centred = rows.map { row in zip(row, center).map { Double($0) - $1 } }
    let count = Double(rows.count)
    let variance = centred.reduce(0) { $0 + product($1, $1) } / count
    let ridge = ridgeShare * variance / Double(wanted.count)
    func times(_ vector: [Double]) -> [Double] {
      var result = vector.map { ridge * $0 }
      for row in centred {
        let share = product(row, vector) / count
        for place in result.indices { result[place] += share * row[place] }
      }
      return result
    }
    var solution = [Double](repeating: 0, count: wanted.count)
    var residual = wanted
    var direction = wanted
    var norm = product(residual, residual)
    let least = 1e-24 * norm
    for _ in 0..<4 * wanted.count where norm > least {
      let image = times(direction)
      let step = norm / product(direction, image)
      for place in solution.indices {
        solution[place] += step * direction[place]
        residual[place] -= step * image[place]
      }
      let next = product(residual, residual)
      for place in direction.indices {
        direction[place] = residual[place] + next / norm * direction[place]
      }
      norm = next
    }
    // Squared, as `least` is; also where numbers overflowed.
    guard norm <= 1e12 * least else {
      throw .badData(
        place: "the pairs",
        found: "no solution in \(4 * wanted.count) steps (not converged; method leace)",
        accepted: "hidden states of a sensible size")
    }
    return solution
  }
}
