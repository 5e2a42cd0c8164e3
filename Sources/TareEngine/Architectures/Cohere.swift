/// Command R: layer norms without bias, both blocks side by side after one norm, rotary pairs side by
/// side.
package import TareCore

package enum Cohere: DecoderArchitecture {
  package static let key = "cohere"
  package static let summary = "Command R and R+, Aya"
  package static let defaultPadID: Int32? = 0
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try DecoderSpec(cohere: config, defaultRotaryBase: 500_000)
    spec.queryKeyNorm = try config.flag("use_qk_norm") ? .ownHead : .none
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.feedForwardNorm = names.attentionNorm
    return names
  }
}

extension DecoderSpec {
  /// What both Command Rs share.
  init(cohere config: ModelConfig, defaultRotaryBase: Double) throws(TareError) {
    let config = config.filled([
      "vocab_size": 256_000, "hidden_size": 8192, "intermediate_size": 22528,
      "num_hidden_layers": 40, "num_attention_heads": 64, "max_position_embeddings": 8192,
    ])
    try self.init(config, defaultRotaryBase: defaultRotaryBase)
    norm = NormSpec(
      kind: .layer, epsilon: try config.number("layer_norm_eps", default: 1e-5), hasBias: false)
    hasInterleavedRotary = true
    hasParallelResidual = true
    let hasBias = try config.flag("attention_bias")
    hasQueryKeyValueBias = hasBias
    hasAttentionOutputBias = hasBias
    logitScale = Float(try config.number("logit_scale", default: 0.0625))
  }
}
