/// Persimmon: layer norms, on queries and keys too, squared ReLU without a gate.
package import TareCore

package enum Persimmon: DecoderArchitecture {
  package static let key = "persimmon"
  package static let summary = "Persimmon (8B)"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 262_144, "hidden_size": 4096, "intermediate_size": 16384,
      "num_hidden_layers": 36, "num_attention_heads": 64, "max_position_embeddings": 16384,
      "hidden_act": "relu2",
    ]).replacing(["num_key_value_heads": .null, "head_dim": .null])
    var spec = try DecoderSpec(
      config, rotaryPart: .chosen(outerKey: "partial_rotary_factor", default: 0.5))
    spec.norm = NormSpec(kind: .layer, epsilon: try config.number("layer_norm_eps", default: 1e-5))
    spec.dropGates()
    spec.hasQueryKeyValueBias = true
    spec.hasAttentionOutputBias = true
    spec.hasFeedForwardBias = true
    spec.queryKeyNorm = try config.flag("qk_layernorm", default: true) ? .head : .none
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.finalNorm = "final_layernorm"
    names.attention = .grouped("self_attn.query_key_value")
    names.attentionOutput = "self_attn.dense"
    names.queryNorm = "self_attn.q_layernorm"
    names.keyNorm = "self_attn.k_layernorm"
    names.feedForward = .plain(up: "mlp.dense_h_to_4h", down: "mlp.dense_4h_to_h")
    return names
  }
}
