/// Ridge-penalised Bradley–Terry regression on feature differences: the fit behind `train-head`.
internal import COpenBLAS
internal import Foundation
package import TareCore
internal import TareEngine

/// Feature differences, chosen − rejected, one row a pair.
package struct PairFeatures: Sendable {
  /// Row after row, [count, width].
  package let differences: [Double]
  package let count: Int
  package let width: Int
  /// The prompt of each pair; pairs of one prompt stay together in cross-validation.
  package let groups: [Int]

  package init(differences: [Double], width: Int, groups: [Int]) {
    precondition(differences.count == groups.count * width)
    self.differences = differences
    self.width = width
    self.groups = groups
    count = groups.count
  }

  func rows(_ keep: [Int]) -> PairFeatures {
    PairFeatures(
      differences: keep.flatMap { differences[($0 * width)..<(($0 + 1) * width)] }, width: width,
      groups: keep.map { groups[$0] })
  }

  /// w · difference of each pair.
  func margins(_ weights: [Double]) -> [Double] {
    var margins = [Double](repeating: 0, count: count)
    OpenBLAS.functions.dgemv(
      CblasRowMajor, CblasNoTrans, Int32(count), Int32(width), 1, differences, Int32(width),
      weights, 1, 0, &margins, 1)
    return margins
  }
}

/// Minimises Σ log(1 + exp(−w·dᵢ)) + λ/2 |w|² over w.
///
/// The function is strictly convex for λ > 0, so there is one optimum; Newton's method with step
/// halving finds it to `tolerance`, in double precision, on one thread: the same bits every time.
package enum BradleyTerry {
  /// Newton's decrement, gᵀH⁻¹g, at which the fit stops: twice the distance from the least
  /// possible value of the function.
  package static let tolerance = 1e-12
  /// Ten steps are usual; more than this means that something is wrong.
  private static let mostSteps = 200

  /// - Throws: `TareError.badData` if the optimum is not reached, or numbers overflow.
  package static func fit(
    _ pairs: PairFeatures, ridge: Double, from start: [Double]? = nil
  ) throws(TareError) -> [Double] {
    precondition(ridge > 0)
    try OpenBLAS.require()
    var weights = start ?? [Double](repeating: 0, count: pairs.width)
    var value = objective(pairs, weights, ridge)
    for _ in 0..<mostSteps {
      let (gradient, step) = try newtonStep(pairs, weights, ridge)
      let decrement = zip(gradient, step).reduce(0) { $0 + $1.0 * $1.1 }
      if decrement <= tolerance { return weights }
      guard decrement.isFinite, value.isFinite else {
        throw .badData(
          place: "features", found: "numbers that overflow in the fit of the head",
          accepted: "features of a sensible size")
      }
      var size = 1.0
      while true {
        let candidate = zip(weights, step).map { $0 - size * $1 }
        let next = objective(pairs, candidate, ridge)
        if next <= value - 0.25 * size * decrement || size * decrement <= tolerance {
          // At the last digits of the sum no step shows a decrease any more: that is the optimum.
          if size * decrement <= tolerance { return next < value ? candidate : weights }
          (weights, value) = (candidate, next)
          break
        }
        size /= 2
      }
    }
    throw .badData(
      place: "features",
      found: "no least value in \(mostSteps) steps (not converged; ridge \(ridge))",
      accepted: "features of a sensible size")
  }

  /// Mean of −log σ(margin) over the pairs.
  package static func loss(_ pairs: PairFeatures, _ weights: [Double]) -> Double {
    pairs.margins(weights).reduce(0) { $0 + logOnePlusExp(-$1) } / Double(max(pairs.count, 1))
  }

  private static func objective(_ pairs: PairFeatures, _ w: [Double], _ ridge: Double) -> Double {
    loss(pairs, w) * Double(pairs.count) + ridge / 2 * w.reduce(0) { $0 + $1 * $1 }
  }

  /// log(1 + exp(x)) without overflow.
  private static func logOnePlusExp(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

  /// The gradient, and H⁻¹·gradient.
  private static func newtonStep(
    _ pairs: PairFeatures, _ weights: [Double], _ ridge: Double
  ) throws(TareError) -> (gradient: [Double], step: [Double]) {
    let (count, width) = (pairs.count, pairs.width)
    // p = σ(−margin): how wrong each pair still is.
    let wrong = pairs.margins(weights).map { 1 / (1 + exp($0)) }
    var gradient = weights.map { ridge * $0 }
    OpenBLAS.functions.dgemv(
      CblasRowMajor, CblasTrans, Int32(count), Int32(width), -1, pairs.differences, Int32(width),
      wrong, 1, 1, &gradient, 1)
    var step = gradient
    _ = try factored(pairs, wrong, ridge, solving: &step)
    return (gradient, step)
  }

  /// Cholesky's factor of the Hessian H = Σ p (1 − p) d dᵀ + λ, which also solves H x = `side`.
  ///
  /// - Parameters:
  ///   - wrong: p, [count].
  ///   - side: becomes x, [width].
  /// - Returns: U of H = UᵀU by rows; what is below the diagonal means nothing, [width, width].
  private static func factored(
    _ pairs: PairFeatures, _ wrong: [Double], _ ridge: Double, solving side: inout [Double]
  ) throws(TareError) -> [Double] {
    let (count, width) = (pairs.count, pairs.width)
    var scaled = pairs.differences
    for row in 0..<count {
      let factor = (wrong[row] * (1 - wrong[row])).squareRoot()
      for column in (row * width)..<((row + 1) * width) { scaled[column] *= factor }
    }
    var hessian = [Double](repeating: 0, count: width * width)
    OpenBLAS.functions.dsyrk(
      CblasRowMajor, CblasUpper, CblasTrans, Int32(width), Int32(count), 1, scaled, Int32(width),
      0, &hessian, Int32(width))
    for i in 0..<width { hessian[i * width + i] += ridge }
    var (size, one, info) = (Int32(width), Int32(1), Int32(0))
    // Upper by rows is lower by columns.
    OpenBLAS.functions.dposv("L", &size, &one, &hessian, &size, &side, &size, &info)
    guard info == 0 else {
      throw .fault(
        "the fit of the head met a matrix that is not positive definite (ridge \(ridge))")
    }
    return hessian
  }
}

extension BradleyTerry {
  /// A factor of Laplace's approximation to the posterior of the weights: the ridge is the precision of
  /// a normal prior, the optimum its most probable weights, and H⁻¹ their covariance (MacKay 1992,
  /// Neural Computation 4(5)). Pairs count as independent, also those of one prompt.
  ///
  /// - Parameter weights: the optimum, as `fit` gives it.
  /// - Returns: A with AᵀA = H⁻¹, lower triangular by rows, [width, width].
  package static func posteriorFactor(
    _ pairs: PairFeatures, _ weights: [Double], ridge: Double
  ) throws(TareError) -> [Double] {
    try OpenBLAS.require()
    let width = pairs.width
    let wrong = pairs.margins(weights).map { 1 / (1 + exp($0)) }
    var side = [Double](repeating: 0, count: width)
    let upper = try factored(pairs, wrong, ridge, solving: &side)
    // H = L Lᵀ with L = Uᵀ, so that A = L⁻¹, row by row: forward substitution on the unit matrix.
    var inverse = [Double](repeating: 0, count: width * width)
    inverse.withUnsafeMutableBufferPointer { inverse in
      for i in 0..<width {
        let row = i * width
        for j in 0..<i {
          let factor = upper[j * width + i]
          for column in 0...j { inverse[row + column] -= factor * inverse[j * width + column] }
        }
        inverse[row + i] = 1
        let pivot = upper[row + i]
        for column in 0...i { inverse[row + column] /= pivot }
      }
    }
    return inverse
  }
}

extension BradleyTerry {
  /// The choice of the ridge by cross-validation.
  package struct RidgeChoice: Sendable {
    package let ridge: Double
    /// Held-out loss for each ridge that was tried, from the largest.
    package let losses: [(ridge: Double, loss: Double)]
  }

  /// Tries each ridge, from the largest, on `folds` folds; a prompt's pairs are in one fold. The one
  /// with the least held-out loss wins.
  package static func chooseRidge(
    _ pairs: PairFeatures, among ridges: [Double], folds: Int
  ) throws(TareError) -> RidgeChoice {
    let ordered = ridges.sorted(by: >)
    var totals = [Double](repeating: 0, count: ordered.count)
    for fold in 0..<folds {
      let isHeld = { pairs.groups[$0] % folds == fold }
      let held = pairs.rows((0..<pairs.count).filter(isHeld))
      let rest = pairs.rows((0..<pairs.count).filter { !isHeld($0) })
      guard held.count > 0, rest.count > 0 else {
        throw .badData(
          place: "pairs", found: "\(pairs.count) pairs of \(Set(pairs.groups).count) prompts",
          accepted: "at least \(folds) prompts, for \(folds)-fold cross-validation")
      }
      var weights: [Double]?
      for (index, ridge) in ordered.enumerated() {
        let fitted = try fit(rest, ridge: ridge, from: weights)
        totals[index] += loss(held, fitted) * Double(held.count)
        weights = fitted
      }
    }
    let losses = totals.map { $0 / Double(pairs.count) }
    let best = losses.indices.min { losses[$0] < losses[$1] } ?? 0
    return RidgeChoice(ridge: ordered[best], losses: Array(zip(ordered, losses)))
  }
}
