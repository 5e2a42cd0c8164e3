/// DeepSeek-V3 and R1: DeepSeek-V2 whose router has sigmoids, and a bias for the choice.
package import TareCore

package enum DeepSeekV3: DecoderArchitecture {
  package static let key = "deepseek_v3"
  package static let summary = "DeepSeek-V3 and R1"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 129_280, "hidden_size": 7168, "intermediate_size": 18432,
      "num_hidden_layers": 61, "num_attention_heads": 128, "kv_lora_rank": 512,
      "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
      "max_position_embeddings": 4096, "n_shared_experts": 1, "first_k_dense_replace": 3,
      "n_group": 8, "topk_group": 4, "routed_scaling_factor": 2.5,
    ])
    var spec = try DecoderSpec(latent: config)
    spec.hasInterleavedRotary = try config.flag("rope_interleave", default: true)
    try spec.mixAsDeepSeek(MixtureSpec(sigmoid: config, experts: 256, size: 2048), config)
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames.deepSeek
    names.hasPredictionLayers = true
    return names
  }
}

extension MixtureSpec {
  /// A mixture whose router has sigmoids, groups and a bias for the choice.
  init(sigmoid config: ModelConfig, experts: Int, size: Int) throws(TareError) {
    try config.refuse("scoring_func", unless: "sigmoid")
    try config.refuse("topk_method", unless: "noaux_tc")
    let local = try config.count("num_local_experts", default: experts)
    self.init(
      experts: try config.count("n_routed_experts", default: local),
      chosen: try config.count("num_experts_per_tok", default: 8),
      size: try config.count("moe_intermediate_size", default: size),
      isNormalised: try config.flag("norm_topk_prob", default: true))
    scoring = .sigmoid
    hasChoiceBias = true
    weight = Float(try config.number("routed_scaling_factor", default: 1))
    groups = Groups(
      count: try config.count("n_group", default: 1),
      chosen: try config.count("topk_group", default: 1), isByTwo: true)
    try share(config)
  }
}
