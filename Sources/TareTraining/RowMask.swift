/// Which rows of a linear layer learn in a step, by the magnitude of their outputs.
package import TareCore

/// MIGU's mask (arXiv 2406.17245, section 3).
package enum RowMask {
  /// The mean magnitude of each output over the batch, L1-normalised to a sum of 1; all 0 where
  /// every output is 0.
  ///
  /// - Parameter values: a linear layer's outputs before ReLU, [count, outputs]; of a batch of pairs
  ///   the chosen responses' rows and the rejected ones' count alike.
  package static func magnitudes(_ values: [Double], outputs: Int) -> [Double] {
    let count = values.count / outputs
    var means = [Double](repeating: 0, count: outputs)
    for row in 0..<count {
      for output in 0..<outputs { means[output] += abs(values[row * outputs + output]) }
    }
    for output in 0..<outputs { means[output] /= Double(count) }
    let sum = means.reduce(0, +)
    return sum > 0 ? means.map { $0 / sum } : means
  }

  /// Which rows learn: all but those whose magnitude lies below the quantile.
  ///
  /// The quantile is interpolated, as torch.quantile does. A row at the quantile learns: so T = 0
  /// masks nothing, rows that are alike learn together, and a layer's largest row always learns; the
  /// single row of the last layer does, too. The published code keeps only rows above the quantile,
  /// which differs by the row at it and would stop a layer of one row altogether.
  package static func kept(_ magnitudes: [Double], threshold: Double) -> [Bool] {
    precondition((0...1).contains(threshold) && !magnitudes.isEmpty)
    let quantile = magnitudes.sorted().quantile(threshold)
    return magnitudes.map { $0 >= quantile }
  }

  /// As many rows as `kept` has, drawn at random.
  package static func shuffled(_ kept: [Bool], _ random: inout Xoshiro256) -> [Bool] {
    random.permutation(of: kept.count).map { kept[$0] }
  }

  /// Sets the gradient of rows that do not learn to 0, their biases' too.
  ///
  /// - Parameter gradient: [outputs, inputs + 1]
  package static func apply(_ kept: [Bool], to gradient: inout [Double]) {
    let width = gradient.count / kept.count
    for (row, isKept) in kept.enumerated() where !isKept {
      for index in (row * width)..<((row + 1) * width) { gradient[index] = 0 }
    }
  }
}
