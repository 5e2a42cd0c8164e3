/// Llama and what is built like it (SmolLM2 too): RMS norms, rotary embedding, grouped-query
/// attention, SwiGLU, no biases.
package import TareCore

package enum Llama: Architecture {
  package static let key = "llama"
  package static let summary = "Llama 2 and 3, SmolLM2 (GGUF)"

  package static func spec(_ metadata: JSONObject) throws(TareError) -> DecoderSpec {
    let values = ArchitectureMetadata(metadata, architecture: key)
    try values.refuse("rope.scaling.type", unless: "none")
    try values.refuse("rope.scale_linear", unless: 1.0)
    try values.refuse("expert_count", unless: 0)
    try values.refuse("attention.causal", unless: true)
    try values.refuse("attention.sliding_window", unless: 0)
    let hidden = try values.count("embedding_length")
    let heads = try values.count("attention.head_count")
    let spec = DecoderSpec(
      vocabularySize: try values.vocabularySize(),
      hiddenSize: hidden,
      layerCount: try values.count("block_count"),
      headCount: heads,
      keyValueHeadCount: try values.count("attention.head_count_kv", default: heads),
      headDim: try values.count("attention.key_length", default: hidden / heads),
      feedForwardSize: try values.count("feed_forward_length"),
      contextLength: try values.count("context_length"),
      normEpsilon: Float(try values.number("attention.layer_norm_rms_epsilon")),
      rotaryBase: try values.number("rope.freq_base", default: 10_000))
    try values.refuse("attention.value_length", unless: .int(spec.headDim))
    try values.refuse("rope.dimension_count", unless: .int(spec.headDim))
    return try spec.checked()
  }

  package static func weights(
    _ reader: WeightReader, _ spec: DecoderSpec
  ) throws(TareError) -> DecoderWeights {
    let hidden = spec.hiddenSize
    let embedding = try reader["token_embd.weight"].table(
      rows: spec.vocabularySize, columns: hidden)
    var layers: [LayerWeights] = []
    for index in 0..<spec.layerCount {
      layers.append(try layer("blk.\(index)", reader, spec))
    }
    let output =
      reader.has("output.weight")
      ? try reader["output.weight"].table(rows: spec.vocabularySize, columns: hidden) : embedding
    return DecoderWeights(
      embedding: embedding, layers: layers,
      finalNorm: FloatBuffer(try reader["output_norm.weight"].vector(hidden)), output: output)
  }

  private static func layer(
    _ prefix: String, _ reader: WeightReader, _ spec: DecoderSpec
  ) throws(TareError) -> LayerWeights {
    let hidden = spec.hiddenSize
    let queryRows = spec.headCount * spec.headDim
    let keyRows = spec.keyValueHeadCount * spec.headDim
    let size = spec.feedForwardSize
    func matrix(
      _ parts: [(name: String, rows: Int)], columns: Int
    ) throws(TareError) -> Matrix {
      try Matrix(
        stacking: parts.map { (reader["\(prefix).\($0.name).weight"], $0.rows) }, columns: columns)
    }
    let attention = try matrix(
      [("attn_q", queryRows), ("attn_k", keyRows), ("attn_v", keyRows)], columns: hidden)
    // Queries and keys turn alike, and stand one under the other.
    separateRotaryPairs(
      attention[rows: 0..<(queryRows + keyRows)], heads: spec.headCount + spec.keyValueHeadCount,
      spec)
    return LayerWeights(
      attentionNorm: FloatBuffer(try reader["\(prefix).attn_norm.weight"].vector(hidden)),
      queryKeyValue: attention,
      attentionOutput: try matrix([("attn_output", hidden)], columns: queryRows),
      feedForwardNorm: FloatBuffer(try reader["\(prefix).ffn_norm.weight"].vector(hidden)),
      gateUp: try matrix([("ffn_gate", size), ("ffn_up", size)], columns: hidden),
      down: try matrix([("ffn_down", hidden)], columns: size))
  }

  /// GGUF files of this family hold the two halves of each rotary pair in neighbouring rows (2i,
  /// 2i + 1); ours, like transformers', hold them headDim/2 apart.
  private static func separateRotaryPairs(_ rows: FloatView, heads: Int, _ spec: DecoderSpec) {
    let (hidden, half) = (spec.hiddenSize, spec.headDim / 2)
    let copy = FloatBuffer(count: spec.headDim * hidden)
    for head in 0..<heads {
      let block = rows[(head * spec.headDim * hidden)..<((head + 1) * spec.headDim * hidden)]
      copy.view.base.update(from: block.base, count: block.count)
      for pair in 0..<half {
        for side in 0..<2 {
          let target = block[from: (side * half + pair) * hidden]
          target.base.update(from: copy.view[from: (2 * pair + side) * hidden].base, count: hidden)
        }
      }
    }
  }
}
