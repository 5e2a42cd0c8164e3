/// Helium: Llama with rotary pairs side by side.
package import TareCore

package enum Helium: DecoderArchitecture {
  package static let key = "helium"
  package static let summary = "Helium 1 (2B)"
  package static let defaultPadID: Int32? = 3

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 48000, "hidden_size": 2560, "intermediate_size": 7040,
      "num_hidden_layers": 24, "num_attention_heads": 20, "num_key_value_heads": 20,
      "head_dim": 128, "max_position_embeddings": 4096, "rms_norm_eps": 1e-8,
    ])
    var spec = try DecoderSpec(config, defaultRotaryBase: 100_000)
    spec.hasInterleavedRotary = true
    spec.hasQueryKeyValueBias = try config.flag("attention_bias")
    spec.hasFeedForwardBias = try config.flag("mlp_bias")
    return spec
  }
}
