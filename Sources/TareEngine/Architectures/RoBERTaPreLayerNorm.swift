/// RoBERTa-PreLayerNorm (fairseq's encoder-normalize-before): RoBERTa with norms before the blocks.
internal import TareCore

package enum RoBERTaPreLayerNorm: EncoderArchitecture {
  package static let key = "roberta-prelayernorm"
  package static let summary = "RoBERTa with norms before the blocks"
  package static let defaultPadID: Int32? = 1

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    var spec = try RoBERTa.spec(config, vocabulary: 50265)
    spec.isPreNorm = true
    return spec
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    var names = EncoderNames(["roberta_prelayernorm.", "model.roberta_prelayernorm.", ""])
    names.attentionNorm = "attention.LayerNorm"
    names.outerNorm = "intermediate.LayerNorm"
    names.finalNorm = "LayerNorm"
    return names
  }
}
