/// Megatron-BERT (arXiv 1909.08053): BERT with norms before the blocks.
internal import TareCore

package enum MegatronBERT: EncoderArchitecture {
  package static let key = "megatron-bert"
  package static let summary = "Megatron-BERT (Erlangshen and others)"
  package static let defaultPadID: Int32? = 0

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    var spec = try EncoderSpec(
      bert: config.filled([
        "vocab_size": 29056, "hidden_size": 1024, "num_hidden_layers": 24,
        "num_attention_heads": 16, "intermediate_size": 4096,
      ]))
    spec.isPreNorm = true
    spec.hasEmbeddingNorm = false
    return spec
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    var names = EncoderNames(["bert.", "model.bert.", ""])
    names.attentionNorm = "attention.ln"
    names.outerNorm = "ln"
    names.finalNorm = "encoder.ln"
    return names
  }
}
