/// GLM-4: rotary pairs side by side on half of each head, gates and ups in one layer.
package import TareCore

package enum GLM: DecoderArchitecture {
  package static let key = "glm"
  package static let summary = "GLM-4 (9B, of 2024)"
  package static let defaultPadID: Int32? = 151_329

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 151_552, "hidden_size": 4096, "intermediate_size": 13696,
      "num_hidden_layers": 40, "num_attention_heads": 32, "num_key_value_heads": 2,
      "head_dim": 128, "max_position_embeddings": 131_072, "rms_norm_eps": 1.5625e-07,
    ])
    var spec = try DecoderSpec(
      config, rotaryPart: .chosen(outerKey: "partial_rotary_factor", default: 0.5))
    spec.hasInterleavedRotary = true
    spec.hasQueryKeyValueBias = try config.flag("attention_bias", default: true)
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.feedForward = .stacked(gateUp: "mlp.gate_up_proj", down: "mlp.down_proj")
    return names
  }
}
