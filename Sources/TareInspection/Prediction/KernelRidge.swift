/// Ridge regressions by the products of rows.

/// Ridge regression in dual form: with K = X Xᵀ the fitted values are K α, α = (K + λI)⁻¹ y.
///
/// Rows and targets are less their prompt's mean, which is as good as an unpenalised intercept for each
/// prompt. The penalty is the one of a grid that has the least generalised cross-validation (Golub, Heath
/// and Wahba 1979): residual sum of squares over the square of the residual degrees of freedom,
/// tr (I − H) less the prompts. The grid is λ = 10^(−4, −3.5, …, 4) times tr K / (rows − prompts), the mean
/// eigenvalue; of equal penalties the larger is taken.
struct KernelRidge {
  private let kernel: Tridiagonal
  private let prompts: Int
  /// Descending; none where K is 0.
  private let penalties: [Double]

  /// 10^(4, 3.5, …, −4).
  private static let grid: [Double] = (0...16).map { step in
    var factor = 1e4
    for _ in 0..<step { factor /= 10.0.squareRoot() }
    return factor
  }

  /// - Parameters:
  ///   - gram: K, [size, size].
  ///   - prompts: how many the rows are of, fewer than rows.
  init(gram: [Double], size: Int, prompts: Int) {
    kernel = Tridiagonal(gram, size: size)
    self.prompts = prompts
    let trace = (0..<size).reduce(0) { $0 + gram[$1 * size + $1] }
    penalties =
      trace > 0 ? Self.grid.map { $0 * trace / Double(size - prompts) } : []
  }

  /// α of y ≈ K α, or of y ≈ z β + K α with β not penalised, [row]; 0 where K is 0.
  ///
  /// - Parameter covariate: z; where it is 0 everywhere it is as if there were none.
  func fit(_ target: [Double], beside covariate: [Double]? = nil) -> [Double] {
    let target = kernel.rotated(target)
    let covariate = covariate.flatMap { $0.contains { $0 != 0 } ? kernel.rotated($0) : nil }
    var best: (loss: Double, weights: [Double])?
    for penalty in penalties {
      let fit = fit(target, covariate, penalty)
      if fit.loss < best?.loss ?? .infinity || best == nil { best = fit }
    }
    guard let best else { return Array(repeating: 0, count: kernel.size) }
    return kernel.rotatedBack(best.weights)
  }

  /// In Q's coordinates. With M = (K + λI)⁻¹: β = zᵀM y / zᵀM z, α = M (y − z β), y − z β − K α = λ α and
  /// tr (I − H) = λ (tr M − ‖M z‖² / zᵀM z).
  private func fit(
    _ target: [Double], _ covariate: [Double]?, _ penalty: Double
  ) -> (loss: Double, weights: [Double]) {
    let shifted = kernel.shifted(by: penalty)
    var weights = shifted.solution(target)
    var trace = shifted.inverseTrace
    if let covariate {
      let solved = shifted.solution(covariate)
      let information = covariate.dot(solved)
      let slope = solved.dot(target) / information
      for row in weights.indices { weights[row] -= slope * solved[row] }
      trace -= solved.dot(solved) / information
    }
    let freedom = penalty * trace - Double(prompts)
    // Nothing is left over where z alone fits all: no penalty is better than another then.
    guard freedom > 1e-6 else { return (.infinity, weights) }
    return (penalty * penalty * weights.dot(weights) / (freedom * freedom), weights)
  }
}

extension [Double] {
  func dot(_ other: [Double]) -> Double { zip(self, other).reduce(0) { $0 + $1.0 * $1.1 } }
}
