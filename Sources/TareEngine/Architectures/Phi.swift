/// Phi-1, 1.5 and 2: layer norms, biases, both blocks after one norm, rotary embedding on a part of
/// each head.
package import TareCore

package enum Phi: DecoderArchitecture {
  package static let key = "phi"
  package static let summary = "Phi-1, Phi-1.5 and Phi-2"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 51200, "hidden_size": 2048, "intermediate_size": 8192,
      "num_hidden_layers": 24, "num_attention_heads": 32, "hidden_act": "gelu_new",
    ])
    var spec = try DecoderSpec(
      config, rotaryPart: .chosen(outerKey: "partial_rotary_factor", default: 0.5))
    spec.norm = NormSpec(kind: .layer, epsilon: try config.number("layer_norm_eps", default: 1e-5))
    spec.dropGates()
    spec.hasQueryKeyValueBias = true
    spec.hasAttentionOutputBias = true
    spec.hasFeedForwardBias = true
    spec.hasParallelResidual = true
    spec.queryKeyNorm = try config.flag("qk_layernorm") ? .head : .none
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.finalNorm = "final_layernorm"
    names.attentionOutput = "self_attn.dense"
    names.queryNorm = "self_attn.q_layernorm"
    names.keyNorm = "self_attn.k_layernorm"
    names.feedForwardNorm = names.attentionNorm
    names.feedForward = .plain(up: "mlp.fc1", down: "mlp.fc2")
    return names
  }
}
