/// BLOOM: linear biases in place of positions (ALiBi), layer norms, a norm of the embeddings, GELU without a
/// gate.
internal import Foundation
package import TareCore

package enum Bloom: DecoderArchitecture {
  package static let key = "bloom"
  package static let summary = "BLOOM, BLOOMZ (560M to 176B)"
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    try config.refuse("apply_residual_connection_post_layernorm", unless: false)
    let config = config.filled([
      "vocab_size": 250_880, "hidden_size": 64, "n_layer": 2, "n_head": 8,
    ])
    let width = try config.count(config["n_embed"] == nil ? "hidden_size" : "n_embed")
    func named(_ key: String, _ own: String) throws(TareError) -> Int {
      try config.count(config[key] == nil ? own : key)
    }
    let heads = try named("num_attention_heads", "n_head")
    let layers = try named("num_hidden_layers", "n_layer")
    // Released files say how long the texts of the training were.
    let length = try config.count("seq_length", default: 2048)
    var spec = try DecoderSpec(
      biased: config,
      [
        "hidden_size": .int(width), "num_attention_heads": .int(heads),
        "num_hidden_layers": .int(layers), "intermediate_size": .int(4 * width),
        "max_position_embeddings": .int(length), "hidden_act": "gelu_pytorch_tanh",
      ])
    spec.norm = NormSpec(
      kind: .layer, epsilon: try config.number("layer_norm_epsilon", default: 1e-5))
    spec.hasQueryKeyValueBias = true
    spec.hasAttentionOutputBias = true
    spec.hasFeedForwardBias = true
    spec.slopes = slopes(heads)
    return spec
  }

  /// 2^(−8k/n) for n heads; where their number is no power of two, n is the power below, and every other
  /// slope of twice as many heads follows (transformers 5.23, `_get_alibi_slopes`).
  static func slopes(_ heads: Int) -> [Float] {
    var power = 1
    while 2 * power <= heads { power *= 2 }
    func slope(_ k: Int, of count: Int) -> Float {
      Float(exp2(-8 * Double(k) / Double(count)))
    }
    return (1...power).map { slope($0, of: power) }
      + (0..<(heads - power)).map { slope(2 * $0 + 1, of: 2 * power) }
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.prefixes = ["transformer.", "model.transformer.", ""]
    names.embedding = "word_embeddings"
    names.embeddingNorm = "word_embeddings_layernorm"
    names.layer = "h.#"
    names.finalNorm = "ln_f"
    names.attention = .grouped("self_attention.query_key_value")
    names.attentionOutput = "self_attention.dense"
    names.feedForward = .plain(up: "mlp.dense_h_to_4h", down: "mlp.dense_4h_to_h")
    return names
  }
}

extension DecoderSpec {
  /// What families with linear biases share: as many key-value heads as heads, nothing turned, blocks
  /// without gates. `keys` are the configuration's under the names of other families.
  init(biased config: ModelConfig, _ keys: JSONObject) throws(TareError) {
    let absent: JSONObject = [
      "num_key_value_heads": .null, "head_dim": .null, "rope_parameters": .null,
      "rope_scaling": .null,
    ]
    try self.init(config.replacing(absent).replacing(keys))
    rotaries = []
    for index in layers.indices { layers[index].rotary = nil }
    dropGates()
  }
}
