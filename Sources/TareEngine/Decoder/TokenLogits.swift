/// Next-token logits and probabilities, never all of them for many positions at once.
internal import CKernels
internal import Foundation
internal import TareCore

struct TokenLogits {
  let output: WeightTable
  /// [vocabularySize]; nil for none.
  let bias: [Float]?
  let spec: DecoderSpec
  let pool: WorkerPool

  /// Positions that share a block of the vocabulary's rows, which is packed anew for each block.
  private static let positionBlock = 256
  static let vocabularyBlock = 2048

  /// [vocabularySize]
  func logits(_ hidden: [Float]) -> [Float] {
    var logits: [Float] = []
    logits.reserveCapacity(spec.vocabularySize)
    let block = FloatBuffer(count: Self.vocabularyBlock)
    let state = FloatBuffer(hidden)
    forEachBlock { range, matrix in
      matrix.multiply(state.view, into: block.view, rows: 1)
      logits += zip(range, block.view[0..<range.count].array).map { capped($1, token: $0) }
    }
    return logits
  }

  /// log p(token) for each token after the hidden state before it.
  ///
  /// The sum of exponentials goes over the vocabulary block by block, with the largest logit so far
  /// taken off (online softmax); blocks of positions are shared out over the pool.
  func logProbabilities(of tokens: [Int32], after states: [[Float]]) -> [Float] {
    let results = FloatBuffer(count: tokens.count)
    let parts = (tokens.count + Self.positionBlock - 1) / Self.positionBlock
    pool.run(parts: parts) { part, _ in
      let start = part * Self.positionBlock
      let range = start..<min(start + Self.positionBlock, tokens.count)
      let found = self.logProbabilities(Array(tokens[range]), Array(states[range]))
      results.view[from: start].base.update(from: found, count: found.count)
    }
    return results.view.array
  }

  private func logProbabilities(_ tokens: [Int32], _ states: [[Float]]) -> [Float] {
    let positions = tokens.count
    let kernels = tare_kernels().pointee
    let hidden = FloatBuffer(states.flatMap { $0 })
    let block = FloatBuffer(count: positions * Self.vocabularyBlock)
    let powers = FloatBuffer(count: Self.vocabularyBlock)
    var top = [Float](repeating: -.infinity, count: positions)
    var sum = [Double](repeating: 0, count: positions)
    var own = [Float](repeating: 0, count: positions)
    forEachBlock { range, matrix in
      matrix.multiply(hidden.view, into: block.view, rows: positions)
      for position in 0..<positions {
        let logits = block.view[from: position * range.count]
        var highest = top[position]
        for i in 0..<range.count {
          logits.base[i] = capped(logits.base[i], token: range.lowerBound + i)
          highest = max(highest, logits.base[i])
        }
        if range.contains(Int(tokens[position])) {
          own[position] = logits.base[Int(tokens[position]) - range.lowerBound]
        }
        if highest > top[position] {
          sum[position] *= Foundation.exp(Double(top[position] - highest))
          top[position] = highest
        }
        for i in 0..<range.count { logits.base[i] -= highest }
        kernels.exponential(powers.view.base, logits.base, range.count)
        for i in 0..<range.count { sum[position] += Double(powers.view.base[i]) }
      }
    }
    return (0..<positions).map { position in
      Float(Double(own[position] - top[position]) - log(sum[position]))
    }
  }

  private func forEachBlock(_ body: (Range<Int>, Matrix) -> Void) {
    for start in stride(from: 0, to: spec.vocabularySize, by: Self.vocabularyBlock) {
      let range = start..<min(start + Self.vocabularyBlock, spec.vocabularySize)
      body(range, Matrix(output, rows: range))
    }
  }

  func capped(_ logit: Float, token: Int) -> Float {
    let logit = (logit + (bias?[token] ?? 0)) * spec.logitScale
    return spec.logitSoftCap.map { $0 * tanh(logit / $0) } ?? logit
  }
}
