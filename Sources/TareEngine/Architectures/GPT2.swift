/// GPT-2: learned positions, layer norms, biases, GELU without a gate, matrices as [inputs, outputs].
package import TareCore

package enum GPT2: DecoderArchitecture {
  package static let key = "gpt2"
  package static let summary = "GPT-2, DialoGPT"
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    try config.refuse("add_cross_attention", unless: false)
    var spec = try DecoderSpec(gpt2: config)
    if try config.flag("scale_attn_by_inverse_layer_idx") {
      for index in spec.layers.indices { spec.layers[index].attentionFactor = 1 / Float(index + 1) }
    }
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames.gpt2
    names.isTransposed = true
    return names
  }
}

extension DecoderSpec {
  /// What GPT-2 and its kin share.
  init(
    gpt2 config: ModelConfig, defaultActivation: String = "gelu_new", keyValueHeads: Int? = nil
  ) throws(TareError) {
    var config = config.filled([
      "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024, "vocab_size": 50257,
      "activation_function": .string(defaultActivation),
    ])
    let width = try config.count("n_embd")
    let heads = try config.count("n_head")
    config = config.replacing([
      "hidden_size": .int(width), "num_hidden_layers": config["n_layer"] ?? .null,
      "num_attention_heads": .int(heads), "num_key_value_heads": .int(keyValueHeads ?? heads),
      "max_position_embeddings": config["n_positions"] ?? .null,
      "intermediate_size": .int(try config.optionalCount("n_inner") ?? 4 * width),
      "hidden_act": config["activation_function"] ?? .null, "head_dim": .null,
      "rope_parameters": .null, "rope_scaling": .null,
    ])
    try self.init(config, context: 1024)
    norm = NormSpec(
      kind: .layer, epsilon: try config.number("layer_norm_epsilon", default: 1e-5))
    rotaries = []
    for index in layers.indices { layers[index].rotary = nil }
    learnedPositions = LearnedPositions(count: contextLength)
    dropGates()
    hasQueryKeyValueBias = true
    hasAttentionOutputBias = true
    hasFeedForwardBias = true
    if try !config.flag("scale_attn_weights", default: true) { attentionScale = 1 }
  }
}

extension TensorNames {
  /// GPT-2's.
  static let gpt2 = {
    var names = TensorNames()
    names.prefixes = ["transformer.", "model.transformer.", ""]
    names.embedding = "wte"
    names.layer = "h.#"
    names.finalNorm = "ln_f"
    names.attention = .stacked("attn.c_attn")
    names.attentionOutput = "attn.c_proj"
    names.attentionNorm = "ln_1"
    names.feedForwardNorm = "ln_2"
    names.feedForward = .plain(up: "mlp.c_fc", down: "mlp.c_proj")
    return names
  }()
}
