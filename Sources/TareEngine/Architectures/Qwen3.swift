/// Qwen3: a norm on each query and key head; and its variant with gated attention (arXiv
/// 2505.06708).
package import TareCore

package enum Qwen3: DecoderArchitecture {
  package static let key = "qwen3"
  package static let summary = "Qwen3, also with head-wise or element-wise gated attention"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try DecoderSpec(config, headDim: 128, context: 32_768)
    // The gated variants call it otherwise; all four projections have one.
    let hasBias = try config.flag("qkv_bias", default: try config.flag("attention_bias"))
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.queryKeyNorm = try config.flag("use_qk_norm", default: true) ? .head : .none
    let headwise = try config.flag("headwise_attn_output_gate")
    let elementwise = try config.flag("elementwise_attn_output_gate")
    guard !(headwise && elementwise) else {
      throw config.error(
        "headwise_attn_output_gate", "both it and 'elementwise_attn_output_gate'", "one of the two")
    }
    spec.outputGate = headwise ? .headwise : elementwise ? .elementwise : .none
    try spec.slideAsQwen(config)
    return spec
  }
}
