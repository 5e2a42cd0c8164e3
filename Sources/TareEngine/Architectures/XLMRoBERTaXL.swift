/// XLM-RoBERTa XL (arXiv 2105.00572): RoBERTa on many languages with norms before the blocks.
internal import TareCore

package enum XLMRoBERTaXL: EncoderArchitecture {
  package static let key = "xlm-roberta-xl"
  package static let summary = "XLM-RoBERTa XL and XXL"
  package static let defaultPadID: Int32? = 1

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    let config = config.filled([
      "hidden_size": 2560, "num_hidden_layers": 36, "num_attention_heads": 32,
      "intermediate_size": 10240, "max_position_embeddings": 514, "type_vocab_size": 1,
      "layer_norm_eps": 1e-5,
    ])
    var spec = try RoBERTa.spec(config, vocabulary: 250_880)
    spec.isPreNorm = true
    spec.hasEmbeddingNorm = false
    return spec
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    var names = EncoderNames(["roberta.", "model.roberta.", ""])
    names.attentionNorm = "attention.self_attn_layer_norm"
    names.outerNorm = "LayerNorm"
    names.finalNorm = "encoder.LayerNorm"
    return names
  }
}
