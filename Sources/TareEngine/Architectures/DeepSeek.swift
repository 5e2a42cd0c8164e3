/// DeepSeekMoE 16B: Llama with small experts and some that all tokens have (arXiv 2401.06066; the
/// published modeling_deepseek.py).
package import TareCore

package enum DeepSeek: DecoderArchitecture {
  package static let key = "deepseek"
  package static let summary = "DeepSeekMoE (16B)"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 102_400, "hidden_size": 4096, "intermediate_size": 11008,
      "num_hidden_layers": 30, "num_attention_heads": 32,
    ])
    var spec = try DecoderSpec(config.replacing(["head_dim": .null]))
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    try config.refuse("scoring_func", unless: "softmax")
    guard let experts = try config.optionalCount("n_routed_experts") else { return spec }
    let chosen = try config.count("num_experts_per_tok")
    var mixture = MixtureSpec(
      experts: experts, chosen: chosen,
      size: try config.count("moe_intermediate_size", default: 1407),
      isNormalised: try config.flag("norm_topk_prob") && chosen > 1)
    try mixture.share(config)
    let first = config["first_k_dense_replace"]?.int ?? 0
    let step = try config.count("moe_layer_freq", default: 1)
    try spec.mix(mixture) { $0 >= first && $0 % step == 0 }
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames { .deepSeek }
}

extension MixtureSpec {
  /// Adds DeepSeek's shared experts, which are one of their sizes together.
  mutating func share(_ config: ModelConfig, hasBias: Bool = false) throws(TareError) {
    guard let count = config["n_shared_experts"], count != 0 else { return }
    shared = Shared(
      size: try config.count("n_shared_experts") * size, weight: 1, hasBias: hasBias)
  }
}

extension TensorNames {
  static let deepSeek = {
    var names = TensorNames()
    names.mixture.sharedGate = "mlp.shared_experts.gate_proj"
    names.mixture.sharedUp = "mlp.shared_experts.up_proj"
    names.mixture.sharedDown = "mlp.shared_experts.down_proj"
    return names
  }()
}
