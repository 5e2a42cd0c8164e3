/// Gemma 4 12B's text part: Gemma 4 without embeddings for each layer and without experts.
package import TareCore

package enum Gemma4UnifiedText: DecoderArchitecture {
  package static let key = "gemma4_unified_text"
  package static let summary = "Gemma 4 12B (text)"
  package static let defaultPadID: Int32? = 0
  package static let isTiedByDefault = true

  private static func plain(_ config: ModelConfig) -> ModelConfig {
    config.filled(["max_position_embeddings": 262_144, "sliding_window": 1024]).replacing([
      "hidden_size_per_layer_input": 0, "enable_moe_block": false,
    ])
  }

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    try Gemma4Text.spec(plain(config))
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    try Gemma4Text.names(plain(config))
  }
}
