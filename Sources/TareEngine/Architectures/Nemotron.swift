/// Nemotron 3 and 4, Minitron: layer norms whose weight is 1 + what is stored, squared ReLU without a
/// gate.
package import TareCore

package enum Nemotron: DecoderArchitecture {
  package static let key = "nemotron"
  package static let summary = "Nemotron (Minitron, Nemotron-3 and 4)"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 256_000, "hidden_size": 6144, "intermediate_size": 24576,
      "num_hidden_layers": 32, "num_attention_heads": 48, "max_position_embeddings": 4096,
      "hidden_act": "relu2",
    ])
    var spec = try DecoderSpec(
      config, rotaryPart: .chosen(outerKey: "partial_rotary_factor", default: 0.5))
    spec.norm = NormSpec(
      kind: .layer, epsilon: try config.number("norm_eps", default: 1e-5), weightOffset: 1)
    spec.dropGates()
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.hasFeedForwardBias = try config.flag("mlp_bias")
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.feedForward = .plain(up: "mlp.up_proj", down: "mlp.down_proj")
    return names
  }
}
