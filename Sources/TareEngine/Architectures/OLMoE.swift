/// OLMoE: a mixture in every layer, queries and keys normed as whole vectors.
package import TareCore

package enum OLMoE: DecoderArchitecture {
  package static let key = "olmoe"
  package static let summary = "OLMoE (1B-7B)"
  package static let defaultPadID: Int32? = 1

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 50304, "hidden_size": 2048, "intermediate_size": 2048,
      "num_hidden_layers": 16, "num_attention_heads": 16, "max_position_embeddings": 4096,
      "rms_norm_eps": 1e-5,
    ])
    var spec = try DecoderSpec(config)
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.queryKeyNorm = .whole
    spec.projectionLimit = try config.optionalNumber("clip_qkv").map { Float($0) }
    let local = try config.count("num_local_experts", default: 64)
    try spec.mix(
      MixtureSpec(
        experts: try config.count("num_experts", default: local),
        chosen: try config.count("num_experts_per_tok", default: 8),
        size: try config.count("intermediate_size"),
        isNormalised: try config.flag("norm_topk_prob")))
    return spec
  }
}
