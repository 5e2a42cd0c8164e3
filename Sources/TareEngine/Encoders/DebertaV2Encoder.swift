/// DeBERTa-v2, ready to run.
internal import Synchronization
internal import TareCore

final class DebertaV2Encoder: Body {
  let unusedTensors: [String]
  private let spec: DebertaV2Spec
  private let weights: DebertaV2Weights
  private let pool: WorkerPool
  /// One pass at a time: a pass uses all threads.
  private let turn = Mutex(())

  init(
    _ model: ModelWeights, _ spec: DebertaV2Spec, family: String, threads: Int
  ) throws(TareError) {
    self.spec = spec
    let reader = WeightReader(model)
    pool = WorkerPool(threadCount: threads)
    weights = try DebertaV2Weights(
      reader, spec, MatrixPacking(precision: .float32, pool: pool))
    unusedTensors = try reader.leftOver(by: family)
  }

  var size: BodySize { spec.size }
  var threads: Int { pool.threadCount }

  func hiddenStates(
    _ sequences: [[Int32]], types: [[Int32]]?, at positions: [[Int]]
  ) throws(TareError) -> [[[Float]]] {
    precondition(sequences.count == positions.count)
    try size.check(sequences)
    for (index, sequence) in sequences.enumerated() {
      precondition(positions[index].allSatisfy(sequence.indices.contains))
      guard !spec.hasPositions || sequence.count <= spec.contextLength else {
        throw .badData(
          place: "sequence \(index)", found: "\(sequence.count) tokens",
          accepted: "at most \(spec.contextLength)")
      }
    }
    guard !sequences.isEmpty else { return [] }
    let given = types ?? sequences.map { _ in [] }
    for (sequence, types) in zip(sequences, given) where ![0, sequence.count].contains(types.count)
    {
      throw .badData(
        place: "token types", found: "\(types.count)", accepted: "\(sequence.count), or none")
    }
    let types = zip(sequences, given).flatMap { sequence, types in
      types.isEmpty ? Array(repeating: 0, count: sequence.count) : types
    }
    if let bad = types.first(where: { $0 < 0 || $0 >= max(spec.typeCount, 2) }) {
      throw .badData(
        place: "token types", found: "\(bad)", accepted: "0 to \(max(spec.typeCount, 2) - 1)")
    }
    let pass = DebertaV2Pass(
      spec: spec, weights: weights, pool: pool, types: types,
      batch: RaggedBatch(sequences))
    turn.withLock { _ in pass.run() }
    return zip(pass.batch.sequences, positions).map { extent, positions in
      positions.map { position in
        let start = (extent.start + position) * spec.hiddenSize
        return pass.stream.view[start..<(start + spec.hiddenSize)].array
      }
    }
  }
}
