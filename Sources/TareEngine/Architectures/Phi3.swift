/// Phi-3 and Phi-4-mini: fused projections, LongRoPE.
package import TareCore

package enum Phi3: DecoderArchitecture {
  package static let key = "phi3"
  package static let summary = "Phi-3, Phi-3.5 and Phi-4-mini"
  package static let defaultPadID: Int32? = 32000

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let part = RotarySpec.Part.chosen(outerKey: "partial_rotary_factor", default: 1)
    var spec = try DecoderSpec(config, defaultEpsilon: 1e-5, context: 4096, rotaryPart: part)
    spec.slideAll(try config.optionalCount("sliding_window"))
    // The class's default is no length of the rotary dictionary, but one of its own.
    if config["original_max_position_embeddings"] == nil {
      spec.rotaries = [
        try RotarySpec(config, headDim: spec.headDim, context: 4096, trained: 4096, part: part)
      ]
    }
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.attention = .stacked("self_attn.qkv_proj")
    names.feedForward = .stacked(gateUp: "mlp.gate_up_proj", down: "mlp.down_proj")
    return names
  }
}
