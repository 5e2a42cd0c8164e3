/// DeepSeek-V2: latent attention, small experts, of which groups are chosen first.
internal import Foundation
package import TareCore

package enum DeepSeekV2: DecoderArchitecture {
  package static let key = "deepseek_v2"
  package static let summary = "DeepSeek-V2, V2-Lite and Coder-V2"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 102_400, "hidden_size": 4096, "intermediate_size": 11008,
      "num_hidden_layers": 32, "num_attention_heads": 32, "kv_lora_rank": 512,
      "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
      "n_shared_experts": 2, "first_k_dense_replace": 0,
    ])
    try config.refuse("scoring_func", unless: "softmax")
    var spec = try DecoderSpec(latent: config)
    spec.hasInterleavedRotary = true
    let hasBias = try config.flag("mlp_bias")
    spec.hasFeedForwardBias = hasBias
    var mixture = MixtureSpec(
      experts: try config.count("n_routed_experts", default: 64),
      chosen: try config.count("num_experts_per_tok"),
      size: try config.count("moe_intermediate_size", default: 1407), isNormalised: false)
    mixture.weight = Float(try config.number("routed_scaling_factor", default: 1))
    let isGrouped = try config.choice(
      "topk_method", ["greedy": false, "group_limited_greedy": true], default: false)
    if isGrouped {
      mixture.groups = MixtureSpec.Groups(
        count: try config.count("n_group"), chosen: try config.count("topk_group"),
        isByTwo: false)
    }
    try mixture.share(config, hasBias: hasBias)
    try spec.mixAsDeepSeek(mixture, config)
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames { .deepSeek }
}

extension DecoderSpec {
  /// DeepSeek's latent attention.
  init(latent config: ModelConfig) throws(TareError) {
    let turned = try config.count("qk_rope_head_dim")
    var latent = LatentSpec(
      queryRank: try config.optionalCount("q_lora_rank"),
      keyValueRank: try config.count("kv_lora_rank"),
      plainDim: try config.count("qk_nope_head_dim"), turnedDim: turned,
      valueDim: try config.count("v_head_dim"))
    latent.hasBias = try config.flag("attention_bias")
    // The rotary embedding is that of the turned part.
    try self.init(
      config.replacing(["head_dim": .int(turned), "num_key_value_heads": .null]))
    self.latent = latent
    headDim = latent.headDim
    hasAttentionOutputBias = latent.hasBias
    attentionScale = Float(
      pow(Double(latent.keyDim), -0.5) * Self.latentStretch(config))
  }

  /// What YaRN with `mscale_all_dim` multiplies query · key by.
  private static func latentStretch(_ config: ModelConfig) -> Double {
    let rope = (config["rope_scaling"] ?? config["rope_parameters"])?.object ?? [:]
    let type = (rope["rope_type"] ?? rope["type"])?.string ?? "default"
    guard type != "default", let weight = rope["mscale_all_dim"]?.double, weight != 0,
      let factor = rope["factor"]?.double, factor > 1
    else { return 1 }
    let scale = 0.1 * weight * log(factor) + 1
    return scale * scale
  }

  /// DeepSeek's mixture, in all but the first layers.
  mutating func mixAsDeepSeek(
    _ mixture: MixtureSpec, _ config: ModelConfig
  ) throws(TareError) {
    try config.refuse("moe_layer_freq", unless: 1)
    let first = config["first_k_dense_replace"]?.int ?? 0
    try mix(mixture) { $0 >= first }
  }
}
