/// data2vec's text models: RoBERTa by another name.
internal import TareCore

package enum Data2VecText: EncoderArchitecture {
  package static let key = "data2vec-text"
  package static let summary = "data2vec (text)"
  package static let defaultPadID: Int32? = 1

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    try RoBERTa.spec(config, vocabulary: 30522)
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    EncoderNames(["data2vec_text.", "model.data2vec_text.", ""])
  }
}
