/// ERNIE 4.5 (dense): Llama with rotary pairs side by side.
package import TareCore

package enum ERNIE45: DecoderArchitecture {
  package static let key = "ernie4_5"
  package static let summary = "ERNIE 4.5 (dense, 0.3B)"
  package static let defaultPadID: Int32? = 0
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 103_424, "hidden_size": 1024, "intermediate_size": 3072,
      "num_hidden_layers": 18, "num_attention_heads": 16, "num_key_value_heads": 2,
      "max_position_embeddings": 131_072, "rms_norm_eps": 1e-5,
    ])
    var spec = try DecoderSpec(config, defaultRotaryBase: 500_000, headDim: 128)
    spec.hasInterleavedRotary = true
    let hasBias = try config.flag("use_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.hasFeedForwardBias = hasBias
    return spec
  }
}
