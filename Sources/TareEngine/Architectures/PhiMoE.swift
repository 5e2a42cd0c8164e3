/// Phi-3.5-MoE: layer norms, biases, and a router that chooses two experts one after the other.
package import TareCore

package enum PhiMoE: DecoderArchitecture {
  package static let key = "phimoe"
  package static let summary = "Phi-3.5-MoE"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 32064, "hidden_size": 4096, "intermediate_size": 6400,
      "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
      "max_position_embeddings": 131_072, "rms_norm_eps": 1e-5,
    ])
    var spec = try DecoderSpec(config, defaultRotaryBase: 1_000_000)
    try spec.stretchAsPhiMoE(config)
    spec.norm = NormSpec(kind: .layer, epsilon: try config.number("rms_norm_eps"))
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.slideAll(try config.optionalCount("sliding_window"))
    // Two, whatever num_experts_per_tok says.
    var mixture = MixtureSpec(
      experts: try config.count("num_local_experts", default: 16), chosen: 2,
      size: try config.count("intermediate_size"), isNormalised: false)
    let jitter = config["router_jitter_noise"]?.double ?? 0.01
    mixture.scoring = .sparseMixer(jitter: Float(jitter))
    try spec.mix(mixture)
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.mixture.router = "mlp.router"
    names.spellings =
      [(stored: ".block_sparse_moe.gate.", own: ".mlp.router.")] + TensorNames.mixtralSpellings
    return names
  }
}

extension DecoderSpec {
  /// LongRoPE as transformers 5.23 has it here: the short factors at any length, cosines multiplied by
  /// `short_mscale`, or by `long_mscale` in texts over the trained length.
  fileprivate mutating func stretchAsPhiMoE(_ config: ModelConfig) throws(TareError) {
    let rope = ModelConfig(
      (config["rope_scaling"] ?? config["rope_parameters"])?.object ?? [:],
      source: "\(config.source), rope parameters")
    guard case .longrope(let short, _, let length, _, _) = rotaries[0].scaling else {
      guard rotaries[0].scaling == .none else {
        throw rope.error(
          "rope_type", "'\(try rope.text("rope_type") ?? "")'", "default, longrope")
      }
      return
    }
    rotaries[0].scaling = .longrope(
      short: short, long: short, length: length,
      attentionFactor: try rope.number("short_mscale"),
      longAttentionFactor: try rope.number("long_mscale"))
  }
}
