/// A language model's next-token logits at the labels of a question, and what share of the whole they
/// hold.
internal import CKernels
internal import Foundation
package import TareCore

/// What the labels get at one position.
package struct LabelLogits: Sendable, Equatable {
  /// Of each label, in the order given.
  package let values: [Float]
  /// The labels' share of the softmax over the whole vocabulary, 0 to 1.
  package let mass: Double
  /// Whether the token with the largest logit, of equal ones that with the lowest id, is a label.
  package let isTopALabel: Bool
}

extension Decoder {
  /// - Parameters:
  ///   - labels: for each state the ids of its labels, each below the vocabulary's size.
  ///   - states: hidden states after the final norm, [hiddenSize] each.
  /// - Returns: one for each state. The bits depend on nothing but the state and its labels.
  /// - Throws: `TareError.badData` if the model has no language-model head.
  package func labelLogits(
    of labels: [[Int32]], after states: [[Float]]
  ) throws(TareError) -> [LabelLogits] {
    precondition(labels.count == states.count)
    let logits = try tokenLogits()
    return withTurn { logits.labelLogits(of: labels, after: states) }
  }
}

extension TokenLogits {
  /// What a block of the vocabulary's rows gives for a position.
  private struct Block {
    var top = -Float.infinity
    var topToken = 0
    /// Σ exp(logit − top)
    var sum = 0.0
  }

  /// Positions that are multiplied at once.
  private static let positionsAtOnce = 128

  func labelLogits(of labels: [[Int32]], after states: [[Float]]) -> [LabelLogits] {
    var results: [LabelLogits] = []
    for start in stride(from: 0, to: states.count, by: Self.positionsAtOnce) {
      let range = start..<min(start + Self.positionsAtOnce, states.count)
      results += some(Array(labels[range]), Array(states[range]))
    }
    return results
  }

  /// Blocks of the vocabulary are shared out over the pool and put together in their order.
  private func some(_ labels: [[Int32]], _ states: [[Float]]) -> [LabelLogits] {
    let hidden = FloatBuffer(states.flatMap { $0 })
    let size = Self.vocabularyBlock
    let parts = (spec.vocabularySize + size - 1) / size
    let found = PartResults<[Block]>(parts, [])
    pool.run(parts: parts) { part, _ in
      let range = (part * size)..<min((part + 1) * size, self.spec.vocabularySize)
      found[part] = self.blocks(range, hidden, labels)
    }
    let blocks = found.array
    return labels.indices.map { position in
      Self.joined(
        blocks.map { $0[position] }, labels[position], own(labels[position], states[position]))
    }
  }

  /// The labels' logits, summed in double: answers are made of small differences of them.
  private func own(_ labels: [Int32], _ state: [Float]) -> [Float] {
    let row = FloatBuffer(count: state.count)
    return labels.map { label in
      output.read(Int(label)..<(Int(label) + 1), into: row.view)
      let total = zip(row.view.array, state).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      return capped(Float(total), token: Int(label))
    }
  }

  /// [position]
  private func blocks(
    _ range: Range<Int>, _ hidden: FloatBuffer, _ labels: [[Int32]]
  ) -> [Block] {
    let kernels = tare_kernels().pointee
    let target = FloatBuffer(count: labels.count * range.count)
    let powers = FloatBuffer(count: range.count)
    Matrix(output, rows: range).multiply(hidden.view, into: target.view, rows: labels.count)
    return labels.indices.map { position in
      let logits = target.view[from: position * range.count]
      var block = Block()
      for i in 0..<range.count {
        logits.base[i] = capped(logits.base[i], token: range.lowerBound + i)
        if logits.base[i] > block.top {
          block.top = logits.base[i]
          block.topToken = range.lowerBound + i
        }
      }
      for i in 0..<range.count { logits.base[i] -= block.top }
      kernels.exponential(powers.view.base, logits.base, range.count)
      for i in 0..<range.count { block.sum += Double(powers.view.base[i]) }
      return block
    }
  }

  private static func joined(
    _ blocks: [Block], _ labels: [Int32], _ values: [Float]
  ) -> LabelLogits {
    var top = -Float.infinity
    var topToken = 0
    for block in blocks where block.top > top {
      (top, topToken) = (block.top, block.topToken)
    }
    var sum = 0.0
    for block in blocks { sum += block.sum * exp(Double(block.top) - Double(top)) }
    let own = values.reduce(0.0) { $0 + exp(Double($1) - Double(top)) }
    return LabelLogits(
      values: values, mass: min(own / sum, 1), isTopALabel: labels.contains(Int32(topToken)))
  }
}
