/// The weights of a DeBERTa-v2 in float32.
internal import CKernels
internal import TareCore

struct DebertaV2Weights: Sendable {
  /// [vocabularySize, embeddingSize]
  let words: WeightTable
  /// [contextLength, embeddingSize]; nil where positions are only relative.
  let positions: [Float]?
  /// [typeCount, embeddingSize]
  let types: [Float]?
  /// [hiddenSize, embeddingSize], where the sizes differ.
  let projection: Matrix?
  let norm: NormWeights
  let layers: [DebertaV2Layer]
  /// The convolution's weights for each of its taps, [hiddenSize, hiddenSize].
  let taps: [Matrix]
  let tapBias: FloatBuffer?
  let tapNorm: NormWeights?

  init(
    _ reader: WeightReader, _ spec: DebertaV2Spec, _ packing: MatrixPacking
  ) throws(TareError) {
    let prefix =
      reader.prefix(
        of: "embeddings.word_embeddings.weight",
        among: ["deberta.", "model.deberta.", "pretrained_model.", ""])
      ?? "deberta."
    let embeddings = prefix + "embeddings."
    let norms = NormSpec(kind: .layer, epsilon: Double(spec.epsilon))
    words = try reader[embeddings + "word_embeddings.weight"].table(
      rows: spec.vocabularySize, columns: spec.embeddingSize)
    positions =
      spec.hasPositions
      ? try reader[embeddings + "position_embeddings.weight"].values(
        shaped: [spec.contextLength, spec.embeddingSize]) : nil
    types =
      spec.typeCount > 0
      ? try reader[embeddings + "token_type_embeddings.weight"].values(
        shaped: [spec.typeCount, spec.embeddingSize]) : nil
    projection =
      spec.embeddingSize == spec.hiddenSize
      ? nil
      : try Matrix(
        reader, LinearRows(embeddings + "embed_proj", rows: spec.hiddenSize),
        columns: spec.embeddingSize, packing)
    norm = try NormWeights(reader, embeddings + "LayerNorm", width: spec.hiddenSize, norms)
    let encoder = prefix + "encoder."
    let relative = try Self.relativeEmbeddings(reader, encoder, spec, norms)
    var layers: [DebertaV2Layer] = []
    for index in 0..<spec.layerCount {
      layers.append(
        try DebertaV2Layer(
          reader, "\(encoder)layer.\(index).", spec, norms, relative: relative, packing))
    }
    self.layers = layers
    guard let convolution = spec.convolution else {
      (taps, tapBias, tapNorm) = ([], nil, nil)
      return
    }
    let hidden = spec.hiddenSize
    let values = try reader[encoder + "conv.conv.weight"].values(
      shaped: [hidden, hidden, convolution.width])
    taps = (0..<convolution.width).map { tap in
      Matrix(rows: hidden, columns: hidden) { row, column in
        values[(row * hidden + column) * convolution.width + tap]
      }
    }
    tapBias = FloatBuffer(try reader[encoder + "conv.conv.bias"].vector(hidden))
    tapNorm = try NormWeights(reader, encoder + "conv.LayerNorm", width: hidden, norms)
  }

  /// The embeddings of relative positions, normed where the model says so, [2·span, hiddenSize].
  private static func relativeEmbeddings(
    _ reader: WeightReader, _ encoder: String, _ spec: DebertaV2Spec, _ norms: NormSpec
  ) throws(TareError) -> FloatBuffer? {
    guard let relative = spec.relative else { return nil }
    let rows = 2 * relative.span
    let values = FloatBuffer(
      try reader[encoder + "rel_embeddings.weight"].values(shaped: [rows, spec.hiddenSize]))
    guard relative.isNormed else { return values }
    let norm = try NormWeights(reader, encoder + "LayerNorm", width: spec.hiddenSize, norms)
    tare_kernels().pointee.layerNorm(
      values.view.base, values.view.base, norm.weight.view.base, norm.bias.view.base, rows,
      spec.hiddenSize, spec.epsilon)
    return values
  }
}

struct DebertaV2Layer: Sendable {
  /// Queries, keys, values one under another, [3·hiddenSize, hiddenSize]
  let queryKeyValue: LinearWeights
  /// Projected relative positions of each head, [head][2·span, headDim]; empty where there are none.
  let positionKeys: [Matrix]
  let positionQueries: [Matrix]
  let output: LinearWeights
  let outputNorm: NormWeights
  let inner: LinearWeights
  let outer: LinearWeights
  let outerNorm: NormWeights

  init(
    _ reader: WeightReader, _ place: String, _ spec: DebertaV2Spec, _ norms: NormSpec,
    relative embeddings: FloatBuffer?, _ packing: MatrixPacking
  ) throws(TareError) {
    let hidden = spec.hiddenSize
    let attention = place + "attention.self."
    if spec.isFirst {
      queryKeyValue = try LinearWeights(packed: reader, attention, spec, packing)
    } else {
      queryKeyValue = try LinearWeights(
        reader,
        LinearRows(
          ["query_proj", "key_proj", "value_proj"].map { .init(attention + $0, rows: hidden) }),
        columns: hidden, hasBias: true, packing)
    }
    func rows(_ name: String) -> LinearRows.Part { .init(attention + name, rows: hidden) }
    func positions(
      _ name: String, _ own: String, hasBias: Bool = true
    ) throws(TareError) -> [Matrix] {
      guard let embeddings, let relative = spec.relative else { return [] }
      let projection = try LinearWeights(
        reader, LinearRows([rows(relative.sharesKeys ? name : own)]), columns: hidden,
        hasBias: hasBias, packing)
      let count = 2 * relative.span
      let projected = FloatBuffer(count: count * hidden)
      projection.matrix.multiply(
        embeddings.view, bias: projection.bias, into: projected.view, rows: count)
      return (0..<spec.headCount).map { head in
        Matrix(rows: count, columns: spec.headDim) { row, column in
          projected.view.base[row * hidden + head * spec.headDim + column]
        }
      }
    }
    let isFirst = spec.isFirst
    positionKeys =
      spec.relative?.hasC2P == true
      ? try positions(
        "key_proj", isFirst ? "pos_proj" : "pos_key_proj", hasBias: !isFirst) : []
    positionQueries =
      spec.relative?.hasP2C == true
      ? try positions("query_proj", isFirst ? "pos_q_proj" : "pos_query_proj") : []
    func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws(TareError) -> LinearWeights {
      try LinearWeights(
        reader, LinearRows(place + name, rows: outputs), columns: inputs, hasBias: true, packing)
    }
    output = try linear("attention.output.dense", hidden, hidden)
    outputNorm = try NormWeights(
      reader, place + "attention.output.LayerNorm", width: hidden, norms)
    inner = try linear("intermediate.dense", spec.feedForwardSize, hidden)
    outer = try linear("output.dense", hidden, spec.feedForwardSize)
    outerNorm = try NormWeights(reader, place + "output.LayerNorm", width: hidden, norms)
  }
}

extension LinearWeights {
  /// Queries, keys and values of DeBERTa's first version, in which each head has its own three one after the
  /// other, and keys have no bias.
  fileprivate init(
    packed reader: WeightReader, _ attention: String, _ spec: DebertaV2Spec,
    _ packing: MatrixPacking
  ) throws(TareError) {
    let (hidden, head) = (spec.hiddenSize, spec.headDim)
    let picked = (0..<3).flatMap { part in
      (0..<spec.headCount).map { ((3 * $0 + part) * head)..<((3 * $0 + part + 1) * head) }
    }
    matrix = try Matrix(
      reader,
      LinearRows([.init(attention + "in_proj", rows: 3 * hidden, picked: picked)]),
      columns: hidden, packing)
    bias = FloatBuffer(
      try reader[attention + "q_bias"].vector(hidden) + Array(repeating: 0, count: hidden)
        + reader[attention + "v_bias"].vector(hidden))
  }
}
