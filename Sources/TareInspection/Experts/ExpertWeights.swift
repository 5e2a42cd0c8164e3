/// The weights of one expert of a mixture.

/// A gated feed-forward of `neurons` neurons between vectors of `hidden` numbers.
package struct ExpertWeights: Sendable {
  package let neurons: Int
  package let hidden: Int
  /// Gate and up projections, [neurons, hidden].
  package let w1: [Float]
  package let w3: [Float]
  /// Down projection, [hidden, neurons].
  package let w2: [Float]

  package init(neurons: Int, hidden: Int, w1: [Float], w2: [Float], w3: [Float]) {
    precondition([w1, w2, w3].allSatisfy { $0.count == neurons * hidden })
    self.neurons = neurons
    self.hidden = hidden
    self.w1 = w1
    self.w2 = w2
    self.w3 = w3
  }

  /// The neurons of a matrix: rows of w1 and w3, columns of w2.
  func neurons(of projection: Projection) -> NeuronRows {
    switch projection {
    case .w1: NeuronRows(rows: w1, width: hidden)
    case .w3: NeuronRows(rows: w3, width: hidden)
    case .w2: NeuronRows(columns: w2, width: hidden)
    }
  }

  /// The mean of the neurons of a matrix, [hidden].
  func meanNeuron(of projection: Projection) -> [Float] {
    switch projection {
    case .w1: Self.sumOfRows(w1, count: neurons).map { Float($0 / Double(neurons)) }
    case .w3: Self.sumOfRows(w3, count: neurons).map { Float($0 / Double(neurons)) }
    case .w2: Self.sumsWithinRows(w2, count: hidden).map { Float($0 / Double(neurons)) }
    }
  }

  /// Σ over rows, [columns].
  private static func sumOfRows(_ matrix: [Float], count: Int) -> [Double] {
    let columns = matrix.count / count
    var sums = [Double](repeating: 0, count: columns)
    sums.withUnsafeMutableBufferPointer { sums in
      matrix.withUnsafeBufferPointer { matrix in
        for row in 0..<count {
          for column in 0..<columns { sums[column] += Double(matrix[row * columns + column]) }
        }
      }
    }
    return sums
  }

  /// Σ over columns, [rows].
  private static func sumsWithinRows(_ matrix: [Float], count: Int) -> [Double] {
    let columns = matrix.count / count
    return matrix.withUnsafeBufferPointer { matrix in
      (0..<count).map { row in
        // Four sums, none of which waits for another.
        var sums = SIMD4<Double>.zero
        let whole = columns / 4 * 4
        for column in stride(from: 0, to: whole, by: 4) {
          let at = row * columns + column
          sums += SIMD4<Double>(
            SIMD4<Float>(matrix[at], matrix[at + 1], matrix[at + 2], matrix[at + 3]))
        }
        return (whole..<columns).reduce(sums.sum()) { $0 + Double(matrix[row * columns + $1]) }
      }
    }
  }

  enum Projection: CaseIterable {
    case w1
    case w2
    case w3
  }
}
