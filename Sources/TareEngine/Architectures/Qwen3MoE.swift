/// Qwen3's mixture of experts.
package import TareCore

package enum Qwen3MoE: DecoderArchitecture {
  package static let key = "qwen3_moe"
  package static let summary = "Qwen3 with a mixture of experts"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try DecoderSpec(config, context: 32_768)
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.queryKeyNorm = .head
    if try config.flag("use_sliding_window") {
      spec.slideAll(try config.nullableCount("sliding_window", default: 4096))
    }
    // The name that released checkpoints have, and the one of transformers 5.
    let local = try config.count("num_local_experts", default: 128)
    let experts = try config.count("num_experts", default: local)
    let mixture = MixtureSpec(
      experts: experts, chosen: try config.count("num_experts_per_tok", default: 8),
      size: try config.count("moe_intermediate_size", default: 768),
      isNormalised: try config.flag("norm_topk_prob"))
    let step = try config.count("decoder_sparse_step", default: 1)
    let dense = Set((config["mlp_only_layers"]?.array ?? []).compactMap(\.int))
    for index in spec.layers.indices where !dense.contains(index) && (index + 1) % step == 0 {
      spec.layers[index].feedForward = .mixture(mixture)
    }
    return spec
  }
}
