/// Regression by a curve that never falls.

/// Pool adjacent violators (Ayer et al. 1955): the nearest non-decreasing sequence in weighted least
/// squares.
package enum Isotonic {
  /// - Parameters: values in their order and their weights, positive, [point].
  /// - Returns: the fit, [point].
  package static func increasing(_ values: [Double], weights: [Double]) -> [Double] {
    var blocks: [(mean: Double, weight: Double, count: Int)] = []
    for (value, weight) in zip(values, weights) {
      var block = (mean: value, weight: weight, count: 1)
      while let last = blocks.last, last.mean >= block.mean {
        let weight = last.weight + block.weight
        let mean =
          last.mean == block.mean
          ? last.mean : (last.mean * last.weight + block.mean * block.weight) / weight
        block = (mean, weight, last.count + block.count)
        blocks.removeLast()
      }
      blocks.append(block)
    }
    return blocks.flatMap { [Double](repeating: $0.mean, count: $0.count) }
  }

  package static func decreasing(_ values: [Double], weights: [Double]) -> [Double] {
    increasing(values.map { -$0 }, weights: weights).map { -$0 }
  }
}
