/// Ministral 8B: Mistral with windows by layer.
package import TareCore

package enum Ministral: DecoderArchitecture {
  package static let key = "ministral"
  package static let summary = "Ministral (8B, 2410), windows by layer"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336,
      "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
      "max_position_embeddings": 131_072, "sliding_window": 4096,
    ])
    var spec = try DecoderSpec(config)
    let window = try config.optionalCount("sliding_window")
    try spec.slide(config, window: window) { _ in true }
    return spec
  }
}
