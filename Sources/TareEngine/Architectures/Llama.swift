/// Llama and what is built like it (SmolLM2 too): RMS norms, rotary embedding, grouped-query
/// attention, SwiGLU.
package import TareCore

package enum Llama: DecoderArchitecture {
  package static let key = "llama"
  package static let summary = "Llama 2 and 3, SmolLM2"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try DecoderSpec(config)
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.hasFeedForwardBias = try config.flag("mlp_bias")
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    // Starling's class calls the model so.
    names.prefixes.append("transformer.")
    return names
  }
}
