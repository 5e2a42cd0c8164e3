/// XLM-RoBERTa: RoBERTa on many languages.
internal import TareCore

package enum XLMRoBERTa: EncoderArchitecture {
  package static let key = "xlm-roberta"
  package static let summary = "XLM-RoBERTa, bge-reranker and the like"
  package static let defaultPadID: Int32? = 1

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    try RoBERTa.spec(config, vocabulary: 30522)
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    try RoBERTa.names(config)
  }
}
