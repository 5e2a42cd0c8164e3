/// Gemma: norms whose weight is 1 + what is stored, scaled embeddings, GELU.
package import TareCore

package enum Gemma: DecoderArchitecture {
  package static let key = "gemma"
  package static let summary = "Gemma, the first (2B and 7B)"
  package static let defaultPadID: Int32? = 0
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try DecoderSpec(gemma: config)
    // The first files say "gelu" and mean the approximation with tanh, which transformers takes.
    let names = Activation.names.merging(["gelu": .geluTanh]) { $1 }
    spec.activation = try config.choice("hidden_act", names, default: .geluTanh)
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    return spec
  }
}

extension DecoderSpec {
  /// What all Gemmas share.
  init(gemma config: ModelConfig, context: Int = 8192) throws(TareError) {
    try self.init(config, headDim: 256, context: context)
    norm.weightOffset = Float(config["norm_weight_offset"]?.double ?? 1)
    embeddingScale = Float(hiddenSize).squareRoot()
    hasEmbeddingScaleBuffer = true
    activation = try config.choice("hidden_activation", Activation.names, default: .geluTanh)
    try config.refuse("use_bidirectional_attention", unless: false)
  }

  /// What Gemma 2 and 3 have beyond that.
  mutating func addLaterGemma(_ config: ModelConfig) throws(TareError) {
    let hasBias = try config.flag("attention_bias")
    hasQueryKeyValueBias = hasBias
    hasAttentionOutputBias = hasBias
    attentionScale =
      1 / Float(try config.number("query_pre_attn_scalar", default: 256)).squareRoot()
    attentionSoftCap = try config.optionalNumber("attn_logit_softcapping").map { Float($0) }
    logitSoftCap = try config.optionalNumber("final_logit_softcapping").map { Float($0) }
  }
}

extension TensorNames {
  /// Norms before and after both blocks.
  static let fourNorms = {
    var names = TensorNames()
    names.attentionPostNorm = "post_attention_layernorm"
    names.feedForwardNorm = "pre_feedforward_layernorm"
    names.feedForwardPostNorm = "post_feedforward_layernorm"
    return names
  }()
}
