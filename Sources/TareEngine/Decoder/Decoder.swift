/// The forward pass: token ids in, hidden states of the asked positions out, nothing padded.
internal import CKernels
internal import Synchronization
package import TareCore

/// A decoder-only transformer, ready to run.
///
/// Sequences are laid end to end as rows. A layer is two parallel steps: attention over tiles of
/// (sequence, head, 64 query positions), then everything that works on single rows (output
/// projection, feed-forward, the next layer's norm, projections and rotation) over blocks of rows.
///
/// Memory beside the weights, at R rows: the residual stream, queries-keys-values and attention
/// output, R·(2·hidden + 3·attention) floats or so, plus one block's activations a thread.
package final class Decoder: Body {
  package let spec: DecoderSpec
  /// Tensors of the checkpoint that the body does not use: its head's, for instance.
  package let unusedTensors: [String]
  private let weights: DecoderWeights
  private let pool: WorkerPool
  /// One pass at a time: a pass uses all threads.
  private let turn = Mutex(())

  init(spec: DecoderSpec, weights: DecoderWeights, threads: Int, unusedTensors: [String]) {
    self.spec = spec
    self.unusedTensors = unusedTensors
    self.weights = weights
    pool = WorkerPool(threadCount: threads)
  }

  package var threads: Int { pool.threadCount }
  package var size: BodySize { spec.size }

  /// Hidden states after the final norm.
  ///
  /// - Parameters:
  ///   - sequences: token ids, each at least one, each below the vocabulary's size.
  ///   - positions: for each sequence the positions that are read.
  /// - Returns: for each sequence, for each of its positions, a vector of `hiddenSize`. The bits do
  ///   not depend on the other sequences, their order or the number of threads.
  package func hiddenStates(
    _ sequences: [[Int32]], types: [[Int32]]?, at positions: [[Int]]
  ) throws(TareError) -> [[[Float]]] {
    precondition(sequences.count == positions.count)
    try size.check(sequences)
    for (sequence, positions) in zip(sequences, positions) {
      precondition(positions.allSatisfy(sequence.indices.contains))
    }
    guard !sequences.isEmpty else { return [] }
    let pass = run(sequences)
    return zip(pass.batch.sequences, positions).map { extent, positions in
      positions.map { pass.finalState(row: extent.start + $0) }
    }
  }

  private func run(_ sequences: [[Int32]]) -> ForwardPass {
    let pass = ForwardPass(
      spec: spec, weights: weights, pool: pool,
      batch: RaggedBatch(sequences, panelSize: Int(TARE_KEY_PANEL)))
    turn.withLock { _ in pass.run() }
    return pass
  }

  /// Logarithms of the probabilities that the model gives to each sequence's own tokens.
  ///
  /// - Parameters:
  ///   - sequences: token ids, each at least one, each below the vocabulary's size.
  ///   - starts: the first position of each sequence whose token counts; the token at 0 has no
  ///     probability and never does.
  /// - Returns: for each sequence log p(token) of the positions from its start on.
  /// - Throws: `TareError.badData` if the model has no language-model head.
  package func logProbabilities(
    _ sequences: [[Int32]], from starts: [Int]
  ) throws(TareError) -> [[Float]] {
    precondition(sequences.count == starts.count)
    try size.check(sequences)
    guard let output = weights.output else {
      throw .badData(
        place: "tensor 'lm_head.weight'", found: "no such tensor",
        accepted: "a language model, which gives probabilities to tokens")
    }
    guard !sequences.isEmpty else { return [] }
    let pass = run(sequences)
    let logits = TokenLogits(output: output, spec: spec, pool: pool)
    var results: [[Float]] = []
    for (index, extent) in pass.batch.sequences.enumerated() {
      let positions = Array(max(starts[index], 1)..<max(extent.count, max(starts[index], 1)))
      let tokens = positions.map { sequences[index][$0] }
      let states = positions.map { pass.finalState(row: extent.start + $0 - 1) }
      results.append(turn.withLock { _ in logits.logProbabilities(of: tokens, after: states) })
    }
    return results
  }

  /// Next-token logits, [vocabularySize], from a hidden state after the final norm.
  /// - Throws: `TareError.badData` if the model has no language-model head.
  package func logits(_ hidden: [Float]) throws(TareError) -> [Float] {
    precondition(hidden.count == spec.hiddenSize)
    guard let output = weights.output else {
      throw .badData(
        place: "tensor 'lm_head.weight'", found: "no such tensor", accepted: "a language model")
    }
    return TokenLogits(output: output, spec: spec, pool: pool).logits(hidden)
  }
}
