/// StableLM: layer norms, rotary embedding on a quarter of each head.
package import TareCore

package enum StableLM: DecoderArchitecture {
  package static let key = "stablelm"
  package static let summary = "StableLM (3B-4E1T, 2, Zephyr)"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 50304, "hidden_size": 2560, "intermediate_size": 6912,
      "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32,
      "max_position_embeddings": 4096,
    ]).replacing(["head_dim": .null])
    var spec = try DecoderSpec(
      config, rotaryPart: .chosen(outerKey: "partial_rotary_factor", default: 0.25))
    let epsilon = try config.number("layer_norm_eps", default: 1e-5)
    spec.norm = NormSpec(kind: .layer, epsilon: epsilon)
    spec.hasQueryKeyValueBias = try config.flag("use_qkv_bias")
    spec.queryKeyNorm = try config.flag("qk_layernorm") ? .ownHead : .none
    spec.queryKeyNormSpec = NormSpec(kind: .layer, epsilon: epsilon, hasBias: false)
    spec.hasParallelResidual = try config.flag("use_parallel_residual")
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.queryNorm = "self_attn.q_layernorm.norms.#"
    names.keyNorm = "self_attn.k_layernorm.norms.#"
    if try config.flag("use_parallel_residual") { names.feedForwardNorm = names.attentionNorm }
    return names
  }
}
