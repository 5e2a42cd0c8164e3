/// HunYuan with experts (A13B): HunYuan's attention, and a shared expert beside the chosen ones.
package import TareCore

package enum HunYuanMoE: DecoderArchitecture {
  package static let key = "hunyuan_v1_moe"
  package static let summary = "HunYuan with experts (A13B)"
  package static let defaultPadID: Int32? = 0

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try HunYuanDense.spec(config)
    guard case .gated(let size)? = spec.layers.first?.feedForward else { return spec }
    var mixture = MixtureSpec(
      experts: try config.same("num_experts", or: "num_local_experts"),
      chosen: try config.same("moe_topk", or: "num_experts_per_tok"), size: size,
      isNormalised: true)
    mixture.shared = MixtureSpec.Shared(size: size, weight: 1)
    try spec.mix(mixture)
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = try HunYuanDense.names(config)
    names.mixture.router = "mlp.gate.wg"
    names.mixture.sharedGate = "mlp.shared_mlp.gate_proj"
    names.mixture.sharedUp = "mlp.shared_mlp.up_proj"
    names.mixture.sharedDown = "mlp.shared_mlp.down_proj"
    return names
  }
}

extension ModelConfig {
  /// A number of experts, or one for each layer that must be the same in all; 1 where none is given.
  fileprivate func same(_ key: String, or other: String) throws(TareError) -> Int {
    let key = self[key] == nil ? other : key
    guard let list = self[key]?.array else { return try count(key, default: 1) }
    guard let first = list.first?.int, first > 0, list.allSatisfy({ $0.int == first }) else {
      throw error(key, self[key]?.text() ?? "nothing", "the same number in all layers")
    }
    return try replacing([key: .int(first)]).count(key)
  }
}
