/// RoBERTa (Liu et al. 2019): BERT whose positions count from the padding token's id on.
internal import TareCore

package enum RoBERTa: EncoderArchitecture {
  package static let key = "roberta"
  package static let summary = "RoBERTa and rerankers made of it"
  package static let defaultPadID: Int32? = 1

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    try spec(config, vocabulary: 50265)
  }

  static func spec(_ config: ModelConfig, vocabulary: Int) throws(TareError) -> EncoderSpec {
    let config = config.filled(["vocab_size": .int(vocabulary), "pad_token_id": 1])
    guard let id = config["pad_token_id"]?.int, id >= 0, id < 1 << 16 else {
      throw config.error(
        "pad_token_id", config.values["pad_token_id"]?.text() ?? "nothing",
        "a token's id, which positions count from")
    }
    return try EncoderSpec(bert: config, positions: .afterPadding(id))
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    EncoderNames(["roberta.", "model.roberta.", ""])
  }
}
