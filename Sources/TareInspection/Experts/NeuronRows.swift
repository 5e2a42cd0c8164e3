/// The neurons of one projection of an expert.

/// A vector a neuron, in blocks of eight with zeros behind the last.
struct NeuronRows {
  private let count: Int
  /// [neuron, blocks]
  private let blocks: [SIMD8<Float>]
  private let blocksOfRow: Int

  private init(count: Int, width: Int, fill: (FloatRows) -> Void) {
    self.count = count
    let blocksOfRow = (width + 7) / 8
    self.blocksOfRow = blocksOfRow
    var blocks = [SIMD8<Float>](repeating: .zero, count: count * blocksOfRow)
    blocks.withUnsafeMutableBytes { bytes in
      fill(FloatRows(numbers: bytes.bindMemory(to: Float.self), stride: blocksOfRow * 8))
    }
    self.blocks = blocks
  }

  /// - Parameters:
  ///   - weights: [neurons, width].
  ///   - width: 1 or more.
  init(rows weights: [Float], width: Int) {
    let count = weights.count / width
    self.init(count: count, width: width) { rows in
      weights.withUnsafeBufferPointer { weights in
        for neuron in 0..<count {
          for channel in 0..<width { rows[neuron, channel] = weights[neuron * width + channel] }
        }
      }
    }
  }

  /// - Parameters:
  ///   - weights: [width, neurons].
  ///   - width: 1 or more.
  init(columns weights: [Float], width: Int) {
    let count = weights.count / width
    self.init(count: count, width: width) { rows in
      weights.withUnsafeBufferPointer { weights in
        for channel in 0..<width {
          for neuron in 0..<count { rows[neuron, channel] = weights[channel * count + neuron] }
        }
      }
    }
  }

  /// Mean over neurons of the cosine with the neuron of the other expert that the best assignment gives.
  func bestMeanCosine(_ other: NeuronRows) -> Double {
    precondition(count == other.count && blocksOfRow == other.blocksOfRow)
    let cosines = cosines(other)
    let columns = LinearAssignment.least(cosines.map { -$0 }, size: count)
    let sum = columns.enumerated().reduce(0) { $0 + cosines[$1.offset * count + $1.element] }
    return sum / Double(count)
  }

  /// [neuron here, neuron there]; four rows at a time, so that the other's are read a fourth as often.
  private func cosines(_ other: NeuronRows) -> [Double] {
    let (first, second) = (inverseNorms, other.inverseNorms)
    var cosines = [Double](repeating: 0, count: count * count)
    for start in stride(from: 0, to: count, by: 4) {
      // Past the end the last row stands again.
      let rows = (start..<start + 4).map { min($0, count - 1) }
      for column in 0..<count {
        let products = products(rows, other, column)
        for (place, row) in rows.enumerated() {
          cosines[row * count + column] = Double(products[place]) * first[row] * second[column]
        }
      }
    }
    return cosines
  }

  /// Of four rows with one of the other's. [4]
  private func products(_ rows: [Int], _ other: NeuronRows, _ column: Int) -> SIMD4<Float> {
    let starts = SIMD4(rows[0], rows[1], rows[2], rows[3]) &* blocksOfRow
    precondition(starts.max() + blocksOfRow <= blocks.count)
    var (first, second, third, fourth) = (
      SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero
    )
    let there = other.blocks[column * other.blocksOfRow..<(column + 1) * other.blocksOfRow]
    blocks.withUnsafeBufferPointer { here in
      there.withUnsafeBufferPointer { there in
        for block in there.indices {
          let value = there[block]
          first += here[starts[0] + block] * value
          second += here[starts[1] + block] * value
          third += here[starts[2] + block] * value
          fourth += here[starts[3] + block] * value
        }
      }
    }
    return SIMD4(first.sum(), second.sum(), third.sum(), fourth.sum())
  }

  /// 1 / ‖row‖, [neuron]; 0 for a row of zeros.
  private var inverseNorms: [Double] {
    (0..<count).map { row in
      let square = blocks[row * blocksOfRow..<(row + 1) * blocksOfRow].reduce(0) {
        $0 + Double(($1 * $1).sum())
      }
      return square > 0 ? 1 / square.squareRoot() : 0
    }
  }
}

/// Rows of numbers that are being written.
private struct FloatRows {
  let numbers: UnsafeMutableBufferPointer<Float>
  let stride: Int

  subscript(row: Int, column: Int) -> Float {
    get { numbers[row * stride + column] }
    nonmutating set { numbers[row * stride + column] = newValue }
  }
}
