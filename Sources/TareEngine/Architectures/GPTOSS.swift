/// gpt-oss: heads with a logit of their own that takes mass, windows in every other layer, a mixture
/// with biases and gates that are cut off.
package import TareCore

package enum GPTOSS: DecoderArchitecture {
  package static let key = "gpt_oss"
  package static let summary = "gpt-oss (20B and 120B)"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var config = config.filled([
      "vocab_size": 201_088, "hidden_size": 2880, "intermediate_size": 2880,
      "num_hidden_layers": 36, "num_attention_heads": 64, "num_key_value_heads": 8,
      "head_dim": 64, "max_position_embeddings": 131_072, "rms_norm_eps": 1e-5,
      "sliding_window": 128,
    ])
    if config["rope_parameters"] == nil, config["rope_scaling"] == nil {
      config = config.replacing([
        "rope_parameters": [
          "rope_type": "yarn", "factor": 32.0, "beta_fast": 32.0, "beta_slow": 1.0,
          "truncate": false, "original_max_position_embeddings": 4096,
        ]
      ])
    }
    var spec = try DecoderSpec(config, defaultRotaryBase: 150_000)
    let hasBias = try config.flag("attention_bias", default: true)
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.hasSinks = true
    let window = try config.optionalCount("sliding_window")
    try spec.slide(config, window: window) { $0 % 2 == 0 }
    // What hidden_act says has no part in it.
    spec.clampedGate = DecoderSpec.ClampedGate(
      alpha: Float(try config.number("swiglu_alpha", default: 1.702)),
      limit: Float(try config.number("swiglu_limit", default: 7)))
    let experts = try config.count("num_experts", default: 128)
    var mixture = MixtureSpec(
      experts: try config.count("num_local_experts", default: experts),
      chosen: try config.count("num_experts_per_tok", default: 4),
      size: try config.count("intermediate_size"), isNormalised: true)
    mixture.hasLayerBias = true
    try spec.mix(mixture)
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.mixture.router = "mlp.router"
    names.mixture.expertGateUp = "mlp.experts.#.gate_up_proj"
    return names
  }
}
