/// OLMo 2: norms after the blocks and none before them, queries and keys normed as whole vectors.
package import TareCore

package enum OLMo2: DecoderArchitecture {
  package static let key = "olmo2"
  package static let summary = "OLMo 2 (1B to 32B)"
  package static let defaultPadID: Int32? = 1

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try DecoderSpec(config, defaultEpsilon: 1e-5)
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.queryKeyNorm = .whole
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.attentionNorm = nil
    names.attentionPostNorm = "post_attention_layernorm"
    names.feedForwardNorm = nil
    names.feedForwardPostNorm = "post_feedforward_layernorm"
    return names
  }
}
