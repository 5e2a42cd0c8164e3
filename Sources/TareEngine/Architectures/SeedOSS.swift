/// Seed-OSS: Llama with biases on queries, keys and values.
package import TareCore

package enum SeedOSS: DecoderArchitecture {
  package static let key = "seed_oss"
  package static let summary = "Seed-OSS (36B)"
  package static let defaultPadID: Int32? = 1

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 155_136, "hidden_size": 4096, "intermediate_size": 27648,
      "num_hidden_layers": 64, "num_attention_heads": 80, "num_key_value_heads": 8,
      "head_dim": 128, "max_position_embeddings": 524_288,
    ])
    var spec = try DecoderSpec(config)
    spec.hasQueryKeyValueBias = try config.flag("attention_bias", default: true)
    spec.hasAttentionOutputBias = try config.flag("attention_out_bias")
    spec.hasFeedForwardBias = try config.flag("mlp_bias")
    return spec
  }
}
