/// CamemBERT: RoBERTa on French.
internal import TareCore

package enum CamemBERT: EncoderArchitecture {
  package static let key = "camembert"
  package static let summary = "CamemBERT and rerankers made of it"
  package static let defaultPadID: Int32? = 1

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    try RoBERTa.spec(config, vocabulary: 30522)
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    try RoBERTa.names(config)
  }
}
