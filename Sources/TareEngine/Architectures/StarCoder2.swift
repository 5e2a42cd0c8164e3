/// StarCoder2: layer norms, biases, GELU without a gate, a window where the configuration has one.
package import TareCore

package enum StarCoder2: DecoderArchitecture {
  package static let key = "starcoder2"
  package static let summary = "StarCoder2 (3B, 7B, 15B)"
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 49152, "hidden_size": 3072, "intermediate_size": 12288,
      "num_hidden_layers": 30, "num_attention_heads": 24, "num_key_value_heads": 2,
      "max_position_embeddings": 4096, "hidden_act": "gelu_pytorch_tanh",
    ])
    var spec = try DecoderSpec(config)
    spec.norm = NormSpec(kind: .layer, epsilon: try config.number("norm_epsilon", default: 1e-5))
    spec.dropGates()
    let hasBias = try config.flag("use_bias", default: true)
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.hasFeedForwardBias = hasBias
    spec.slideAll(try config.optionalCount("sliding_window"))
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.feedForward = .plain(up: "mlp.c_fc", down: "mlp.c_proj")
    return names
  }
}
