/// The weights of a decoder, laid out as the forward pass multiplies them.
internal import TareCore

package struct DecoderWeights: Sendable {
  /// [vocabularySize, hiddenSize]; read a row at a time, so it stays in the file.
  let embedding: WeightTable
  /// [positions, hiddenSize], added to the tokens' embeddings; nil without learned positions.
  let positions: WeightTable?
  /// Of the embeddings, before the first layer; nil without one.
  let embeddingNorm: NormWeights?
  let layers: [LayerWeights]
  let finalNorm: NormWeights
  /// Language-model head, [vocabularySize, hiddenSize]; the embedding where the two are tied, nil
  /// where the model has none.
  let output: WeightTable?
  /// [vocabularySize]; nil where the head has none.
  let outputBias: [Float]?
  /// The router that layers share; nil without one.
  let recurrentRouter: RecurrentRouterWeights?
}

struct LayerWeights: Sendable {
  let attentionNorm: NormWeights?
  /// Queries, keys, values and gates one under another:
  /// [(heads + 2·keyValueHeads)·headDim + gateWidth, hiddenSize]
  /// Nil where they come from `latent`.
  let queryKeyValue: LinearWeights?
  let latent: LatentWeights?
  /// Nil but in layers with linear attention.
  let linear: LinearAttentionWeights?
  /// [heads]; nil for none.
  let sinks: FloatBuffer?
  /// [headDim], or [heads·headDim] where heads have weights of their own or are one vector.
  let queryNorm: NormWeights?
  let keyNorm: NormWeights?
  /// [headDim], ones; nil where values have no norm.
  let valueNorm: NormWeights?
  /// [hiddenSize, heads·headDim]
  let attentionOutput: LinearWeights
  let attentionPostNorm: NormWeights?
  let feedForwardNorm: NormWeights?
  let feedForward: FeedForwardWeights
  let feedForwardPostNorm: NormWeights?
  /// Nil where layers take nothing of the tokens themselves.
  let layerInput: LayerInputWeights?
  /// Multiplies the stream after the layer.
  let scale: Float
}

/// What a layer takes of the tokens themselves.
struct LayerInputWeights: Sendable {
  /// [vocabularySize, layers · size], in the file.
  let table: WeightTable
  /// Of the embedding, [size, hiddenSize].
  let projection: LinearWeights
  /// Of what is projected, [size]; the same in all layers.
  let projectionNorm: NormWeights
  /// Of the stream, [size, hiddenSize].
  let gate: LinearWeights
  /// [hiddenSize, size]
  let output: LinearWeights
  let outputNorm: NormWeights
}

/// The products of latent attention.
struct LatentWeights: Sendable {
  /// The vectors of queries, and of keys and values with the keys' turned part:
  /// [query rank + keyValueRank + turnedDim, hiddenSize].
  let down: LinearWeights
  /// Nil where queries are projected from the layer's input.
  let queryNorm: NormWeights?
  /// [heads · keyDim, query rank or hiddenSize], a head's turned values first.
  let query: LinearWeights
  let keyValueNorm: NormWeights
  /// [heads · (plainDim + valueDim), keyValueRank]
  let keyValue: LinearWeights
}

struct LinearWeights: Sendable {
  /// [outputs, inputs]
  let matrix: Matrix
  /// [outputs]
  let bias: FloatBuffer?

  init(matrix: Matrix, bias: FloatBuffer?) {
    self.matrix = matrix
    self.bias = bias
  }

  init(
    _ reader: WeightReader, _ layers: LinearRows, columns: Int, hasBias: Bool,
    _ packing: MatrixPacking
  ) throws(TareError) {
    matrix = try Matrix(reader, layers, columns: columns, packing)
    bias = hasBias ? try FloatBuffer(reader, layers) : nil
  }
}

struct NormWeights: Sendable {
  /// [width], the family's offset added.
  let weight: FloatBuffer
  /// [width]; zeros for RMS norms.
  let bias: FloatBuffer

  /// A norm without weights.
  init(ones width: Int) {
    weight = FloatBuffer(Array(repeating: 1, count: width))
    bias = FloatBuffer(count: width)
  }

  init(_ reader: WeightReader, _ name: String, width: Int, _ spec: NormSpec) throws(TareError) {
    try self.init(spec, width: width) { (part) throws(TareError) in
      try reader["\(name).\(part)"].vector(width)
    }
  }

  /// - Parameters:
  ///   - order: where each value comes from, where that is another place.
  ///   - stored: the values of "weight" or "bias".
  init(
    _ spec: NormSpec, width: Int, order: [Int]? = nil,
    _ stored: (String) throws(TareError) -> [Float]
  ) throws(TareError) {
    func placed(_ values: [Float]) -> [Float] { order.map { $0.map { values[$0] } } ?? values }
    weight = FloatBuffer(
      spec.hasWeight
        ? placed(try stored("weight")).map { $0 + spec.weightOffset }
        : Array(repeating: 1, count: width))
    bias =
      spec.kind == .layer && spec.hasBias
      ? FloatBuffer(placed(try stored("bias"))) : FloatBuffer(count: width)
  }
}

enum FeedForwardWeights: Sendable {
  /// `input` is gates and ups in turn (`LinearRows.areInterleaved`), [2·size, hiddenSize].
  case gated(BlockWeights)
  /// `input` is [size, hiddenSize].
  case plain(BlockWeights)
  case mixture(MixtureWeights)
}

/// The two products of a feed-forward block.
struct BlockWeights: Sendable {
  let input: LinearWeights
  /// [hiddenSize, size]
  let down: LinearWeights

  var size: Int { down.matrix.columns }
}

/// The norms of a mixture that stands beside a block, each [hiddenSize].
struct MixtureNorms: Sendable {
  /// Of the router's input: ones, as its scale is in the router's matrix.
  let router: NormWeights
  /// Of the experts' input and of their sum.
  let input: NormWeights
  let output: NormWeights
  let sharedOutput: NormWeights
}

struct MixtureWeights: Sendable {
  /// [experts, hiddenSize], or [experts, router size] after the recurrent unit.
  let router: Matrix
  /// [router size, hiddenSize]: what goes into the recurrent unit; nil for a linear router.
  let routerInput: Matrix?
  let experts: [BlockWeights]
  let shared: BlockWeights?
  /// [1, hiddenSize]: the number of a token that the shared expert's output is multiplied by; nil for
  /// none.
  let sharedGate: Matrix?
  /// [hiddenSize]
  let bias: FloatBuffer?
  /// [experts], added to the router's logits; nil for none.
  let routerBias: FloatBuffer?
  /// [experts], added to scores for the choice alone; nil for none.
  let choiceBias: [Float]?
  /// [experts], multiplies their weights; nil for none.
  let expertScale: [Float]?
  /// Nil where the mixture has no norms of its own.
  let norms: MixtureNorms?
}
