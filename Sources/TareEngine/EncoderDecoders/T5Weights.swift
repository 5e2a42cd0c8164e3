/// The weights of a T5 in float32: those of the encoder, and what the decoder's first token meets.
internal import TareCore

struct T5Weights: Sendable {
  /// [vocabularySize, hiddenSize]
  let words: WeightTable
  /// What each bucket of distances adds to a head's logits, [buckets, headCount].
  let biases: [Float]
  let encoder: [EncoderLayer]
  let encoderNorm: NormWeights
  let decoder: [DecoderLayer]
  let decoderNorm: NormWeights

  struct EncoderLayer: Sendable {
    let attentionNorm: NormWeights
    /// [3·innerSize, hiddenSize]
    let queryKeyValue: LinearWeights
    let output: LinearWeights
    let norm: NormWeights
    let block: BlockWeights
  }

  struct DecoderLayer: Sendable {
    let attentionNorm: NormWeights
    /// A single token attends to itself alone, so that values are all that counts.
    let value: LinearWeights
    let output: LinearWeights
    let crossNorm: NormWeights
    let crossQuery: LinearWeights
    /// Of the encoder's states, [2·innerSize, hiddenSize].
    let crossKeyValue: LinearWeights
    let crossOutput: LinearWeights
    let norm: NormWeights
    let block: BlockWeights
  }

  init(_ reader: WeightReader, _ spec: T5Spec, _ packing: MatrixPacking) throws(TareError) {
    let parts = T5Parts(reader: reader, spec: spec, packing: packing)
    words = try reader["shared.weight"].table(
      rows: spec.vocabularySize, columns: spec.hiddenSize)
    let bias = "layer.0.SelfAttention.relative_attention_bias.weight"
    biases = try reader["encoder.block.0.\(bias)"].values(
      shaped: [spec.buckets, spec.headCount])
    var encoder: [EncoderLayer] = []
    for index in 0..<spec.encoderLayers {
      encoder.append(try parts.encoderLayer("encoder.block.\(index).layer."))
    }
    var decoder: [DecoderLayer] = []
    for index in 0..<spec.decoderLayers {
      decoder.append(try parts.decoderLayer("decoder.block.\(index).layer."))
    }
    // Of one distance alone, 0.
    _ = reader["decoder.block.0.\(bias)"]
    self.encoder = encoder
    self.decoder = decoder
    encoderNorm = try parts.norm("encoder.final_layer_norm")
    decoderNorm = try parts.norm("decoder.final_layer_norm")
  }
}

/// Reads layers by their names.
private struct T5Parts {
  let reader: WeightReader
  let spec: T5Spec
  let packing: MatrixPacking

  func norm(_ name: String) throws(TareError) -> NormWeights {
    var kind = NormSpec(epsilon: 1)
    kind.epsilon = spec.epsilon
    return try NormWeights(reader, name, width: spec.hiddenSize, kind)
  }

  func linear(_ rows: LinearRows, columns: Int) throws(TareError) -> LinearWeights {
    try LinearWeights(reader, rows, columns: columns, hasBias: false, packing)
  }

  /// Some of an attention's projections one under another.
  func projections(_ place: String, _ names: [String]) throws(TareError) -> LinearWeights {
    try linear(
      LinearRows(names.map { .init("\(place).\($0)", rows: spec.innerSize) }),
      columns: spec.hiddenSize)
  }

  func output(_ place: String) throws(TareError) -> LinearWeights {
    try linear(LinearRows("\(place).o", rows: spec.hiddenSize), columns: spec.innerSize)
  }

  func block(_ place: String) throws(TareError) -> BlockWeights {
    let size = spec.feedForwardSize
    let names = spec.isGated ? ["wi_0", "wi_1"] : ["wi"]
    return BlockWeights(
      input: try linear(
        LinearRows(
          names.map { .init("\(place).DenseReluDense.\($0)", rows: size) },
          areInterleaved: spec.isGated), columns: spec.hiddenSize),
      down: try linear(
        LinearRows("\(place).DenseReluDense.wo", rows: spec.hiddenSize), columns: size))
  }

  func encoderLayer(_ place: String) throws(TareError) -> T5Weights.EncoderLayer {
    T5Weights.EncoderLayer(
      attentionNorm: try norm("\(place)0.layer_norm"),
      queryKeyValue: try projections("\(place)0.SelfAttention", ["q", "k", "v"]),
      output: try output("\(place)0.SelfAttention"), norm: try norm("\(place)1.layer_norm"),
      block: try block("\(place)1"))
  }

  func decoderLayer(_ place: String) throws(TareError) -> T5Weights.DecoderLayer {
    // Queries and keys decide nothing where there is one token, but belong to the model.
    for name in ["q", "k"] { _ = reader["\(place)0.SelfAttention.\(name).weight"] }
    return T5Weights.DecoderLayer(
      attentionNorm: try norm("\(place)0.layer_norm"),
      value: try projections("\(place)0.SelfAttention", ["v"]),
      output: try output("\(place)0.SelfAttention"),
      crossNorm: try norm("\(place)1.layer_norm"),
      crossQuery: try projections("\(place)1.EncDecAttention", ["q"]),
      crossKeyValue: try projections("\(place)1.EncDecAttention", ["k", "v"]),
      crossOutput: try output("\(place)1.EncDecAttention"),
      norm: try norm("\(place)2.layer_norm"), block: try block("\(place)2"))
  }
}
