/// Qwen1.5-MoE and Qwen2-57B-A14B: a mixture beside an expert that all tokens have, which is gated.
package import TareCore

package enum Qwen2MoE: DecoderArchitecture {
  package static let key = "qwen2_moe"
  package static let summary = "Qwen1.5-MoE and Qwen2 with a mixture of experts"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 151_936, "hidden_size": 2048, "intermediate_size": 5632,
      "num_hidden_layers": 24, "num_attention_heads": 16, "num_key_value_heads": 16,
      "max_position_embeddings": 32768, "sliding_window": 4096,
    ])
    var spec = try DecoderSpec(config)
    spec.hasQueryKeyValueBias = try config.flag("qkv_bias", default: true)
    if try config.flag("use_sliding_window") {
      let last = config["max_window_layers"]?.int ?? 28
      let window = try config.optionalCount("sliding_window")
      try spec.slide(config, window: window) { $0 % 2 == 0 && $0 < last }
    }
    let local = try config.count("num_local_experts", default: 60)
    var mixture = MixtureSpec(
      experts: try config.count("num_experts", default: local),
      chosen: try config.count("num_experts_per_tok", default: 4),
      size: try config.count("moe_intermediate_size", default: 1408),
      isNormalised: try config.flag("norm_topk_prob"))
    mixture.shared = MixtureSpec.Shared(
      size: try config.count("shared_expert_intermediate_size", default: 5632), weight: 1,
      hasGate: true)
    let step = try config.count("decoder_sparse_step", default: 1)
    let dense = Set((config["mlp_only_layers"]?.array ?? []).compactMap(\.int))
    try spec.mix(mixture) { !dense.contains($0) && ($0 + 1) % step == 0 }
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.mixture.sharedGate = "mlp.shared_expert.gate_proj"
    names.mixture.sharedUp = "mlp.shared_expert.up_proj"
    names.mixture.sharedDown = "mlp.shared_expert.down_proj"
    return names
  }
}
