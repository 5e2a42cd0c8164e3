/// Phi-3 and Phi-4-mini: fused projections, LongRoPE.
package import TareCore

package enum Phi3: DecoderArchitecture {
  package static let key = "phi3"
  package static let summary = "Phi-3, Phi-3.5 and Phi-4-mini"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try DecoderSpec(config, defaultEpsilon: 1e-5)
    try spec.slide(config, window: config.optionalCount("sliding_window")) { _ in true }
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.attention = .stacked("self_attn.qkv_proj")
    names.feedForward = .stacked(gateUp: "mlp.gate_up_proj", down: "mlp.down_proj")
    return names
  }
}
