/// Granite 3 with experts: Granite whose feed-forward blocks are mixtures.
package import TareCore

package enum GraniteMoE: DecoderArchitecture {
  package static let key = "granitemoe"
  package static let summary = "Granite 3 with a mixture of experts"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try Granite.spec(config)
    spec.hasFeedForwardBias = false
    var mixture = MixtureSpec(
      experts: try config.count("num_local_experts", default: 8),
      chosen: try config.count("num_experts_per_tok", default: 2),
      size: try config.count("intermediate_size", default: 11008), isNormalised: true)
    mixture.weight = spec.residualScale
    try spec.mix(mixture)
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    let place = "block_sparse_moe."
    names.mixture.router = place + "router"
    names.mixture.expertGate = place + "experts.#.gate_proj"
    names.mixture.expertUp = place + "experts.#.up_proj"
    names.mixture.expertDown = place + "experts.#.down_proj"
    names.spellings = [
      (place + "input_linear.weight", place + "experts.gate_up_proj"),
      (place + "output_linear.weight", place + "experts.down_proj"),
      (place + "router.layer.weight", place + "router.weight"),
    ].map { (stored: $0.0, own: $0.1) }
    return names
  }
}
