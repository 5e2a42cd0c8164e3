/// EuroBERT (arXiv 2503.05500): Llama's layers, in which every token sees all others.
package import TareCore

package enum EuroBERT: DecoderArchitecture {
  package static let key = "eurobert"
  package static let summary = "EuroBERT and rerankers made of it"
  package static let defaultPadID: Int32? = 128_001
  package static let readsPairs = true
  package static let sharesPrefixes = false

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 128_256, "hidden_size": 768, "intermediate_size": 3072,
      "num_hidden_layers": 12, "num_attention_heads": 12,
    ])
    var spec = try DecoderSpec(config, defaultEpsilon: 1e-5, context: 8192)
    spec.isCausal = false
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.hasFeedForwardBias = try config.flag("mlp_bias")
    return spec
  }
}
