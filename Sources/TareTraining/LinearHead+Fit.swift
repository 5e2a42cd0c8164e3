/// The head that `train-head` makes: one layer, fitted to pairs of features.
package import TareCore
package import TareEngine

/// How the uncertainty of a head's weights is found.
package enum UncertaintyMethod: Sendable, Hashable {
  /// Fits on prompts drawn with replacement, all pairs of a prompt with it.
  case ensemble(members: Int, seed: UInt64)
  /// Laplace's approximation to the posterior.
  case laplace
}

extension LinearHead {
  /// Fits the weights on pairs of features.
  ///
  /// Features are divided by their standard deviation first, so that one ridge suits all; the
  /// division is folded into the weights. The bias makes the mean score of the pairs 0.
  /// - Parameters:
  ///   - prompts: the prompt of each pair; a prompt's pairs stay together in cross-validation.
  ///   - ridges: the penalties to choose among.
  ///   - uncertainty: how the deviations of scores are found; nil for none. The score is the same.
  package static func fit(
    _ pairs: [(chosen: [Float], rejected: [Float])], prompts: [String], ridges: [Double],
    folds: Int, uncertainty: UncertaintyMethod? = nil
  ) throws(TareError) -> (head: LinearHead, choice: BradleyTerry.RidgeChoice) {
    guard let width = pairs.first?.chosen.count else {
      throw .badData(place: "pairs", found: "none", accepted: "at least \(folds) prompts")
    }
    let scale = FeatureStatistics(pairs.flatMap { [$0.chosen, $0.rejected] }, width: width)
    var differences: [Double] = []
    differences.reserveCapacity(pairs.count * width)
    for pair in pairs {
      for i in 0..<width {
        differences.append(
          (Double(pair.chosen[i]) - Double(pair.rejected[i])) / scale.deviations[i])
      }
    }
    let features = PairFeatures(
      differences: differences, width: width, groups: PromptGroups(prompts).groupOfRow.map(Int.init)
    )
    let choice = try BradleyTerry.chooseRidge(features, among: ridges, folds: folds)
    let scaled = try BradleyTerry.fit(features, ridge: choice.ridge)
    let weights = zip(scaled, scale.deviations).map { $0 / $1 }
    let mean = zip(weights, scale.means).reduce(0) { $0 + $1.0 * $1.1 }
    let rows = try uncertainty.map { (method) throws(TareError) in
      try method.rows(features, scaled, ridge: choice.ridge)
    }
    let head = LinearHead(
      weight: weights.map { Float($0) }, bias: Float(-mean),
      uncertainty: rows.map { HeadUncertainty($0.kind, rows: $0.rows, scale) })
    return (head, choice)
  }
}

extension UncertaintyMethod {
  /// - Parameter optimum: the weights of the fit on all pairs, [width].
  /// - Returns: what a `HeadUncertainty` has, of features in their standard deviations, [rows][width].
  func rows(
    _ pairs: PairFeatures, _ optimum: [Double], ridge: Double
  ) throws(TareError) -> (kind: HeadUncertainty.Kind, rows: [[Double]]) {
    switch self {
    case .laplace:
      let factor = try BradleyTerry.posteriorFactor(pairs, optimum, ridge: ridge)
      let width = pairs.width
      return (.laplace, (0..<width).map { Array(factor[($0 * width)..<(($0 + 1) * width)]) })
    case .ensemble(let count, let seed):
      precondition(count > 1)
      var random = Xoshiro256(seed: seed)
      var rowsOfGroup: [[Int]] = []
      for (row, group) in pairs.groups.enumerated() {
        while rowsOfGroup.count <= group { rowsOfGroup.append([]) }
        rowsOfGroup[group].append(row)
      }
      rowsOfGroup.removeAll(where: \.isEmpty)
      var members: [[Double]] = []
      for _ in 0..<count {
        let drawn = rowsOfGroup.flatMap { _ in
          rowsOfGroup[random.next(below: rowsOfGroup.count)]
        }
        members.append(try BradleyTerry.fit(pairs.rows(drawn), ridge: ridge, from: optimum))
      }
      return (.ensemble, members)
    }
  }
}

extension HeadUncertainty {
  /// Rows for features in their standard deviations, [rows][width], as rows for features as they are.
  ///
  /// The mean is taken off, as the score's own bias does it: pairs say nothing of what all texts share.
  fileprivate init(_ kind: Kind, rows: [[Double]], _ scale: FeatureStatistics) {
    let weights = rows.map { row in zip(row, scale.deviations).map { Float($0 / $1) } }
    // Of the rounded rows, so that the mean state has no deviation but for the bias's own rounding.
    let biases = weights.map { row in
      Float(-zip(row, scale.means).reduce(0) { $0 + Double($1.0) * $1.1 })
    }
    self.init(kind, weights: weights, biases: biases)
  }
}
