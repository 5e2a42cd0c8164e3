/// Granite: Llama with multipliers of the embedding, the blocks, attention and the logits.
package import TareCore

package enum Granite: DecoderArchitecture {
  package static let key = "granite"
  package static let summary = "Granite 3 and 4 (dense)"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008,
      "num_hidden_layers": 32, "num_attention_heads": 32,
    ])
    var spec = try Llama.spec(config)
    try spec.multiplyAsGranite(config)
    return spec
  }
}

extension DecoderSpec {
  /// Granite's multipliers.
  mutating func multiplyAsGranite(_ config: ModelConfig) throws(TareError) {
    embeddingScale = Float(try config.number("embedding_multiplier", default: 1))
    residualScale = Float(try config.number("residual_multiplier", default: 1))
    attentionScale = Float(try config.number("attention_multiplier", default: 1))
    logitScale = Float(1 / (try config.number("logits_scaling", default: 1)))
  }
}
