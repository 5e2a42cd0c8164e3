/// Qwen3.5's text part, dense: Qwen3-Next's attention with layers of their own for each projection.
package import TareCore

package enum Qwen35Text: DecoderArchitecture {
  package static let key = "qwen3_5_text"
  package static let summary = "Qwen3.5, its text part (dense)"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    try DecoderSpec(
      linear: config.filled([
        "vocab_size": 248_320, "hidden_size": 4096, "intermediate_size": 12288,
        "num_hidden_layers": 32, "num_attention_heads": 16, "num_key_value_heads": 4,
        "head_dim": 256, "max_position_embeddings": 32768,
      ]))
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames().besidePictures
    names.linearAttention = .init(isSplit: true)
    names.otherParts += ["mtp.", "visual.", "model.visual."]
    return names
  }
}
