/// GPT-NeoX and Pythia: layer norms, biases, GELU without a gate, rotary embedding on a part of
/// each head, attention and feed-forward block side by side.
package import TareCore

package enum GPTNeoX: DecoderArchitecture {
  package static let key = "gpt_neox"
  package static let summary = "GPT-NeoX and Pythia"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let base = try config.number("rotary_emb_base", default: 10_000)
    var spec = try DecoderSpec(
      config, defaultRotaryBase: base, rotaryPart: .chosen(outerKey: "rotary_pct", default: 0.25))
    // The family shares no keys and values, whatever its configuration says.
    spec.keyValueHeadCount = spec.headCount
    let size = try config.count("intermediate_size")
    for index in spec.layers.indices { spec.layers[index].feedForward = .plain(size: size) }
    spec.norm = NormSpec(
      kind: .layer, epsilon: try config.number("layer_norm_eps", default: 1e-5))
    spec.activation = try config.choice("hidden_act", Activation.names, default: .gelu)
    let hasBias = try config.flag("attention_bias", default: true)
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.hasFeedForwardBias = true
    spec.hasParallelResidual = try config.flag("use_parallel_residual", default: true)
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.prefixes = ["gpt_neox.", "model.gpt_neox.", ""]
    names.embedding = "embed_in"
    names.finalNorm = "final_layer_norm"
    names.output = "embed_out"
    names.attention = .grouped("attention.query_key_value")
    names.attentionOutput = "attention.dense"
    names.feedForward = .plain(up: "mlp.dense_h_to_4h", down: "mlp.dense_4h_to_h")
    return names
  }
}
