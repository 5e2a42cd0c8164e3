/// Layers of attention over states that are given, as heads of decision models have them: torch's
/// `nn.TransformerEncoder` with `norm_first`, ReLU and no mask.
package import TareCore

package final class StateEncoder: Sendable {
  private let spec: EncoderSpec
  private let weights: EncoderWeights
  private let pool: WorkerPool

  /// - Parameters:
  ///   - name: the layers', each `name`.# with torch's names below it.
  ///   - width: of the states.
  ///   - heads: a divisor of the width.
  /// - Throws: `TareError.badData` for a missing or misshapen tensor, and for sizes that do not fit.
  package init(
    _ reader: WeightReader, _ name: String, width: Int, heads: Int, layers: Int, threads: Int
  ) throws(TareError) {
    guard heads > 0, width > 0, width % heads == 0, (0...64).contains(layers) else {
      throw .badData(
        place: "head", found: "\(layers) layers of \(heads) heads and \(width) numbers",
        accepted: "at most 64 layers, and heads that divide the width")
    }
    let norm = NormSpec(kind: .layer, epsilon: 1e-5)
    spec = EncoderSpec(
      vocabularySize: 1, hiddenSize: width, embeddingSize: width, headCount: heads,
      feedForwardSize: 4 * width, contextLength: .max, norm: norm, activation: .relu,
      layers: Array(repeating: .init(), count: layers), isPreNorm: true)
    pool = WorkerPool(threadCount: threads)
    let packing = MatrixPacking(precision: .float32, pool: pool)
    var own: [EncoderWeights.Layer] = []
    for index in 0..<layers {
      own.append(try Self.layer(reader, "\(name).\(index).", width: width, norm, packing))
    }
    weights = EncoderWeights(layers: own)
  }

  private static func layer(
    _ reader: WeightReader, _ place: String, width: Int, _ norm: NormSpec, _ packing: MatrixPacking
  ) throws(TareError) -> EncoderWeights.Layer {
    func linear(
      _ name: String, _ rows: Int, _ columns: Int
    ) throws(TareError) -> LinearWeights {
      try LinearWeights(
        reader, LinearRows(place + name, rows: rows), columns: columns, hasBias: true, packing)
    }
    return EncoderWeights.Layer(
      // Queries, keys and values one under another.
      queryKeyValue: LinearWeights(
        matrix: try Matrix(
          reader, tensor: place + "self_attn.in_proj_weight", rows: 3 * width, columns: width,
          packing),
        bias: FloatBuffer(try reader[place + "self_attn.in_proj_bias"].vector(3 * width))),
      output: try linear("self_attn.out_proj", width, width),
      attentionNorm: try NormWeights(reader, place + "norm1", width: width, norm),
      block: BlockWeights(
        input: try linear("linear1", 4 * width, width),
        down: try linear("linear2", width, 4 * width)),
      outerNorm: try NormWeights(reader, place + "norm2", width: width, norm))
  }

  /// - Parameter states: [position][width] of one sequence, at least one position.
  /// - Returns: the same after the layers. The bits do not depend on the number of threads.
  package func callAsFunction(_ states: [[Float]]) -> [[Float]] {
    let width = spec.hiddenSize
    precondition(states.allSatisfy { $0.count == width })
    guard !states.isEmpty else { return [] }
    let none = Array(repeating: Int32(0), count: states.count)
    let pass = EncoderPass(
      spec: spec, weights: weights, pool: pool, types: none, batch: RaggedBatch([none]))
    for (row, state) in states.enumerated() {
      for (column, value) in state.enumerated() {
        pass.stream.view.base[row * width + column] = value
      }
    }
    pass.run()
    return states.indices.map {
      pass.stream.view[($0 * width)..<(($0 + 1) * width)].array
    }
  }
}
