/// Qwen3-Next: three layers of linear attention to one of gated attention, and a mixture of experts.
package import TareCore

package enum Qwen3Next: DecoderArchitecture {
  package static let key = "qwen3_next"
  package static let summary = "Qwen3-Next (80B-A3B)"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 151_936, "hidden_size": 2048, "intermediate_size": 5632,
      "num_hidden_layers": 48, "num_attention_heads": 16, "num_key_value_heads": 2,
      "head_dim": 256, "max_position_embeddings": 32768,
    ])
    var spec = try DecoderSpec(linear: config)
    guard config["num_experts"]?.int != 0 else { return spec }
    let local = try config.count("num_local_experts", default: 512)
    var mixture = MixtureSpec(
      experts: try config.count("num_experts", default: local),
      chosen: try config.count("num_experts_per_tok", default: 10),
      size: try config.count("moe_intermediate_size", default: 512),
      isNormalised: try config.flag("norm_topk_prob", default: true))
    mixture.shared = MixtureSpec.Shared(
      size: try config.count("shared_expert_intermediate_size", default: 512), weight: 1,
      hasGate: true)
    let step = try config.count("decoder_sparse_step", default: 1)
    let dense = Set((config["mlp_only_layers"]?.array ?? []).compactMap(\.int))
    try spec.mix(mixture) { !dense.contains($0) && ($0 + 1) % step == 0 }
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = try Qwen2MoE.names(config)
    names.linearAttention = .init()
    // Layers that predict further tokens take no part.
    names.otherParts = ["mtp."]
    return names
  }
}

extension DecoderSpec {
  /// What Qwen3-Next and Qwen3.5 share: linear attention in most layers, gates on the output of the
  /// others, a quarter of each head turned, norms whose weights are one less.
  init(linear config: ModelConfig) throws(TareError) {
    try self.init(
      config, rotaryPart: .chosen(outerKey: "partial_rotary_factor", default: 0.25))
    norm.weightOffset = 1
    queryKeyNorm = .head
    outputGate = .elementwise
    hasGateBesideHead = true
    let hasBias = try config.flag("attention_bias")
    hasQueryKeyValueBias = hasBias
    hasAttentionOutputBias = hasBias
    linearAttention = try LinearAttentionSpec(config)
    let interval = try config.count("full_attention_interval", default: 4)
    let types =
      config["layer_types"]?.array
      ?? layers.indices.map {
        ($0 + 1) % interval == 0 ? "full_attention" : "linear_attention"
      }
    guard types.count == layers.count else {
      throw config.error("layer_types", "\(types.count) layers", "\(layers.count)")
    }
    for (index, type) in types.enumerated() {
      guard type == "linear_attention" || type == "full_attention" else {
        throw config.error("layer_types", type.text(), "linear_attention, full_attention")
      }
      layers[index].isLinear = type == "linear_attention"
    }
  }
}
