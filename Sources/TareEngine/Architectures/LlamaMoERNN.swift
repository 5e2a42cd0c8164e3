/// RMoE: Llama with a mixture of experts whose router is recurrent over layers (arXiv 2408.06793;
/// the published code: qiuzh20/RMoE).
package import TareCore

package enum LlamaMoERNN: DecoderArchitecture {
  package static let key = "llama_moe_rnn"
  package static let summary = "RMoE: Llama with a layer-wise recurrent router"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try Llama.spec(config)
    let kind = try config.choice(
      "moe_router_type", ["gru": RecurrentKind.gru, "rnn": .rnn, "plain": nil], default: .gru)
    let inner = try config.count("intermediate_size")
    var mixture = MixtureSpec(
      experts: try config.count("num_local_experts"),
      chosen: try config.count("num_experts_per_tok", default: 2),
      size: try config.count("moe_expert_intermediate_size", default: inner), isNormalised: true)
    if let kind {
      mixture.router = .recurrent(kind, size: try config.count("moe_router_rnn_hidden_size"))
    }
    mixture.hasBias = try config.flag("add_moe_bias")
    if try config.flag("add_moe_share_expert") {
      mixture.shared = MixtureSpec.Shared(
        size: try config.count("moe_share_expert_intermediate_size", default: inner),
        weight: Float(try config.number("share_weight", default: 0.5)))
      mixture.weight = Float(try config.number("moe_weight", default: 0.5))
    }
    // The mixtures are in the last layers.
    let count = try config.count("moe_num_layers", default: spec.layerCount)
    for index in spec.layers.indices.suffix(count) {
      spec.layers[index].feedForward = .mixture(mixture)
    }
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.mixture.router = "block_sparse_moe.gate"
    names.mixture.expertGate = "block_sparse_moe.experts.#.w1"
    names.mixture.expertUp = "block_sparse_moe.experts.#.w3"
    names.mixture.expertDown = "block_sparse_moe.experts.#.w2"
    return names
  }
}
