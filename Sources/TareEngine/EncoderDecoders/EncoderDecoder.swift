/// An encoder with a decoder, ready to run: what is read is the state after the decoder's first token.
internal import Synchronization
internal import TareCore

final class EncoderDecoder: Body {
  let unusedTensors: [String]
  private let spec: T5Spec
  private let weights: T5Weights
  private let pool: WorkerPool
  /// One pass at a time: a pass uses all threads.
  private let turn = Mutex(())

  init(
    _ model: ModelWeights, _ spec: T5Spec, family: String, threads: Int
  ) throws(TareError) {
    self.spec = spec
    let reader = WeightReader(model)
    pool = WorkerPool(threadCount: threads)
    weights = try T5Weights(reader, spec, MatrixPacking(precision: .float32, pool: pool))
    unusedTensors = try reader.leftOver(by: family)
  }

  var size: BodySize { spec.size }
  var threads: Int { pool.threadCount }

  /// The same state for every position of a sequence: there is one.
  func hiddenStates(
    _ sequences: [[Int32]], types: [[Int32]]?, at positions: [[Int]]
  ) throws(TareError) -> [[[Float]]] {
    precondition(sequences.count == positions.count)
    try size.check(sequences)
    guard !sequences.isEmpty else { return [] }
    let pass = T5Pass(spec: spec, weights: weights, pool: pool, batch: RaggedBatch(sequences))
    turn.withLock { _ in pass.run() }
    return positions.enumerated().map { sequence, positions in
      let start = sequence * spec.hiddenSize
      let state = pass.states.view[start..<(start + spec.hiddenSize)].array
      return positions.map { _ in state }
    }
  }
}
