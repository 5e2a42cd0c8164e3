/// ELECTRA (Clark et al. 2020): BERT whose embeddings may be smaller than its states.
internal import TareCore

package enum ELECTRA: EncoderArchitecture {
  package static let key = "electra"
  package static let summary = "ELECTRA and rerankers made of it"
  package static let defaultPadID: Int32? = 0

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    let config = config.filled([
      "hidden_size": 256, "num_attention_heads": 4, "intermediate_size": 1024,
    ])
    var spec = try EncoderSpec(bert: config)
    spec.embeddingSize = try config.count("embedding_size", default: 128)
    return spec
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    EncoderNames(["electra.", "model.electra.", ""])
  }
}
