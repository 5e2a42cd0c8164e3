/// The neurons of one projection of an expert.

/// A vector a neuron, in blocks of eight with zeros behind the last.
struct NeuronRows {
  private let count: Int
  private let width: Int
  /// [neuron, blocks]
  private let blocks: [SIMD8<Float>]
  private let blocksOfRow: Int

  /// - Parameters:
  ///   - weights: [neurons, width].
  ///   - width: 1 or more.
  init(_ weights: [Float], width: Int) {
    count = weights.count / width
    self.width = width
    blocksOfRow = (width + 7) / 8
    var blocks = [SIMD8<Float>](repeating: .zero, count: count * blocksOfRow)
    for row in 0..<count {
      for column in 0..<width {
        blocks[row * blocksOfRow + column / 8][column % 8] = weights[row * width + column]
      }
    }
    self.blocks = blocks
  }

  /// Over neurons, [width].
  var mean: [Float] {
    var sums = [SIMD8<Double>](repeating: .zero, count: blocksOfRow)
    for row in 0..<count {
      for block in 0..<blocksOfRow {
        sums[block] += SIMD8<Double>(blocks[row * blocksOfRow + block])
      }
    }
    return (0..<width).map { Float(sums.number($0) / Double(count)) }
  }

  /// Mean over neurons of the cosine with the neuron of the other expert that the best assignment gives.
  func bestMeanCosine(_ other: NeuronRows) -> Double {
    precondition(count == other.count && width == other.width)
    let cosines = cosines(other)
    let columns = LinearAssignment.least(cosines.map { -$0 }, size: count)
    let sum = columns.enumerated().reduce(0) { $0 + cosines[$1.offset * count + $1.element] }
    return sum / Double(count)
  }

  /// [neuron here, neuron there]; eight rows at a time, so that the other's are read an eighth as often.
  private func cosines(_ other: NeuronRows) -> [Double] {
    let (first, second) = (inverseNorms, other.inverseNorms)
    var cosines = [Double](repeating: 0, count: count * count)
    for start in stride(from: 0, to: count, by: 8) {
      for column in 0..<count {
        for row in start..<min(start + 8, count) {
          cosines[row * count + column] =
            product(row, other, column) * first[row] * second[column]
        }
      }
    }
    return cosines
  }

  private func product(_ row: Int, _ other: NeuronRows, _ column: Int) -> Double {
    var sums = SIMD8<Float>.zero
    let (here, there) = (row * blocksOfRow, column * blocksOfRow)
    for block in 0..<blocksOfRow {
      sums += blocks[here + block] * other.blocks[there + block]
    }
    return Double(sums.sum())
  }

  /// 1 / ‖row‖, [neuron]; 0 for a row of zeros.
  private var inverseNorms: [Double] {
    (0..<count).map { row in
      let square = product(row, self, row)
      return square > 0 ? 1 / square.squareRoot() : 0
    }
  }
}
