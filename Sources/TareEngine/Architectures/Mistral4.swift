/// Mistral 4, its text part: DeepSeek-V3 whose router has a softmax, and whose queries grow with the
/// logarithm of their position.
package import TareCore

package enum Mistral4: DecoderArchitecture {
  package static let key = "mistral4"
  package static let summary = "Mistral 4, its text part"
  package static let defaultPadID: Int32? = 11

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var config = config.filled([
      "vocab_size": 131_072, "hidden_size": 4096, "intermediate_size": 12288,
      "num_hidden_layers": 36, "num_attention_heads": 32, "kv_lora_rank": 256,
      "q_lora_rank": 1024, "qk_nope_head_dim": 64, "qk_rope_head_dim": 64, "v_head_dim": 128,
      "max_position_embeddings": 1_048_576, "n_shared_experts": 1, "first_k_dense_replace": 0,
      "rms_norm_eps": 1e-6,
    ])
    let heads = try config.count("num_attention_heads")
    try config.refuse("num_key_value_heads", unless: .int(heads))
    try config.refuse("scoring_func", unless: "softmax")
    let rope = try rotary(config)
    config = config.replacing(["rope_parameters": .object(rope), "rope_scaling": .null])
    var spec = try DecoderSpec(latent: config)
    spec.hasInterleavedRotary = try config.flag("rope_interleave", default: true)
    let context = try config.count("max_position_embeddings")
    if let beta = rope["llama_4_scaling_beta"]?.double {
      let length = rope["original_max_position_embeddings"]?.double ?? Double(context)
      spec.queryScaling = DecoderSpec.QueryScaling(beta: Float(beta), length: Float(length))
    }
    let local = try config.count("num_local_experts", default: 128)
    var mixture = MixtureSpec(
      experts: try config.count("n_routed_experts", default: local),
      chosen: try config.count("num_experts_per_tok", default: 4),
      size: try config.count("moe_intermediate_size", default: 2048),
      isNormalised: try config.flag("norm_topk_prob", default: true))
    mixture.weight = Float(try config.number("routed_scaling_factor", default: 1))
    mixture.groups = MixtureSpec.Groups(
      count: try config.count("n_group", default: 1),
      chosen: try config.count("topk_group", default: 1), isByTwo: true)
    try mixture.share(config)
    try spec.mixAsDeepSeek(mixture, config)
    return spec
  }

  /// The rotary parameters of the part that is turned. transformers turns the share of the whole head
  /// that `partial_rotary_factor` says, which must be that part.
  private static func rotary(_ config: ModelConfig) throws(TareError) -> JSONObject {
    let (plain, turned) = (
      try config.count("qk_nope_head_dim"), try config.count("qk_rope_head_dim")
    )
    let share = Double(turned) / Double(plain + turned)
    let found = (config["rope_parameters"] ?? config["rope_scaling"])?.object
    var rope: JSONObject =
      found ?? [
        "rope_type": "yarn", "rope_theta": 10000.0, "factor": 128.0,
        "original_max_position_embeddings": 8192, "beta_fast": 32.0, "beta_slow": 1.0,
        "mscale_all_dim": 1.0, "mscale": 1.0, "llama_4_scaling_beta": 0.1,
      ]
    if let factor = rope["partial_rotary_factor"]?.double, abs(factor - share) > 1e-9 {
      throw config.error(
        "partial_rotary_factor", "\(factor)", "\(share), the turned part of each head")
    }
    let type = (rope["rope_type"] ?? rope["type"])?.string ?? "default"
    guard type != "default" else {
      throw config.error(
        "rope_parameters", "the type 'default', which transformers cannot compute for it",
        "'yarn' or another scaled type")
    }
    rope["partial_rotary_factor"] = .null
    return rope
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    TensorNames.deepSeek.besidePictures
  }
}
