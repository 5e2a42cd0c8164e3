/// BERT (Devlin et al. 2018).
internal import TareCore

package enum BERT: EncoderArchitecture {
  package static let key = "bert"
  package static let summary = "BERT, MiniLM and rerankers made of them"
  package static let defaultPadID: Int32? = 0

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    try EncoderSpec(bert: config)
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    EncoderNames(["bert.", "model.bert.", ""])
  }
}
