/// OLMo: layer norms without weights, projections that are cut off.
package import TareCore

package enum OLMo: DecoderArchitecture {
  package static let key = "olmo"
  package static let summary = "OLMo, the first (1B and 7B)"
  package static let defaultPadID: Int32? = 1

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 50304, "hidden_size": 4096, "intermediate_size": 11008,
      "num_hidden_layers": 32, "num_attention_heads": 32,
    ])
    var spec = try DecoderSpec(config)
    spec.norm = NormSpec(kind: .layer, epsilon: 1e-5, hasWeight: false, hasBias: false)
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.projectionLimit = try config.optionalNumber("clip_qkv").map { Float($0) }
    return spec
  }
}
