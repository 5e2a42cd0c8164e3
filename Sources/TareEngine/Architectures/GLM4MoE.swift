/// GLM-4.5 and 4.6: grouped-query attention with DeepSeek-V3's mixture.
package import TareCore

package enum GLM4MoE: DecoderArchitecture {
  package static let key = "glm4_moe"
  package static let summary = "GLM-4.5, 4.6 and 4.5-Air"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 151_552, "hidden_size": 4096, "intermediate_size": 10944,
      "num_hidden_layers": 46, "num_attention_heads": 96, "num_key_value_heads": 8,
      "max_position_embeddings": 131_072, "rms_norm_eps": 1e-5, "n_shared_experts": 1,
      "first_k_dense_replace": 1,
    ])
    var spec = try DecoderSpec(
      config, rotaryPart: .chosen(outerKey: "partial_rotary_factor", default: 0.5))
    spec.hasQueryKeyValueBias = try config.flag("attention_bias")
    spec.queryKeyNorm = try config.flag("use_qk_norm") ? .head : .none
    try spec.mixAsDeepSeek(MixtureSpec(sigmoid: config, experts: 128, size: 1408), config)
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    try DeepSeekV3.names(config)
  }
}
