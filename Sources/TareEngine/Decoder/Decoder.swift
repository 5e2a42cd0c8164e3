/// The forward pass: token ids in, hidden states of the asked positions out, nothing padded.
internal import CKernels
internal import COpenBLAS
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
package final class Decoder: Sendable {
  package let spec: DecoderSpec
  private let weights: DecoderWeights
  private let pool: WorkerPool
  private let rowBlocks: RowBlocks
  /// One pass at a time: a pass uses all threads.
  private let turn = Mutex(())

  package init(spec: DecoderSpec, weights: DecoderWeights, threads: Int) {
    self.spec = spec
    self.weights = weights
    pool = WorkerPool(threadCount: threads)
    rowBlocks = RowBlocks(weights.layers)
    // Rows are shared out by `pool`; a product itself runs on one thread, so that its order of
    // summation is fixed.
    openblas_set_num_threads(1)
  }

  package var threads: Int { pool.threadCount }

  /// Hidden states after the final norm.
  ///
  /// - Parameters:
  ///   - sequences: token ids, each at least one, each below the vocabulary's size.
  ///   - positions: for each sequence the positions that are read.
  /// - Returns: for each sequence, for each of its positions, a vector of `hiddenSize`. The bits do
  ///   not depend on the other sequences, their order or the number of threads.
  package func hiddenStates(
    _ sequences: [[Int32]], at positions: [[Int]]
  ) throws(TareError) -> [[[Float]]] {
    precondition(sequences.count == positions.count)
    for (index, sequence) in sequences.enumerated() {
      let place = "sequence \(index)"
      guard !sequence.isEmpty else {
        throw .badData(place: place, found: "no tokens", accepted: "at least one")
      }
      if let bad = sequence.first(where: { $0 < 0 || $0 >= spec.vocabularySize }) {
        throw .badData(
          place: place, found: "token \(bad)", accepted: "ids from 0 to \(spec.vocabularySize - 1)")
      }
      precondition(positions[index].allSatisfy(sequence.indices.contains))
    }
    guard !sequences.isEmpty else { return [] }
    let pass = ForwardPass(
      spec: spec, weights: weights, pool: pool, rowBlocks: rowBlocks,
      batch: RaggedBatch(sequences, panelSize: Int(TARE_KEY_PANEL)))
    turn.withLock { _ in pass.run() }
    return zip(pass.batch.sequences, positions).map { extent, positions in
      positions.map { pass.finalState(row: extent.start + $0) }
    }
  }

  /// Next-token logits, [vocabularySize], from a hidden state after the final norm.
  package func logits(_ hidden: [Float]) -> [Float] {
    precondition(hidden.count == spec.hiddenSize)
    var logits = [Float](repeating: 0, count: spec.vocabularySize)
    let step = 1024
    let rows = FloatBuffer(count: step * spec.hiddenSize)
    for start in stride(from: 0, to: spec.vocabularySize, by: step) {
      let range = start..<min(start + step, spec.vocabularySize)
      weights.output.read(range, into: rows.view)
      logits.withUnsafeMutableBufferPointer { target in
        guard let base = target.baseAddress else { return }
        cblas_sgemv(
          CblasRowMajor, CblasNoTrans, Int32(range.count), Int32(spec.hiddenSize), 1,
          rows.view.base, Int32(spec.hiddenSize), hidden, 1, 0, base + start, 1)
      }
    }
    return logits
  }
}
