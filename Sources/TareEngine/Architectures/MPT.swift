/// MPT: linear biases in place of positions (ALiBi), layer norms without bias, GELU without a gate.
internal import Foundation
package import TareCore

package enum MPT: DecoderArchitecture {
  package static let key = "mpt"
  package static let summary = "MPT (7B, 30B)"
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    // What transformers' class computes otherwise than the configuration says is refused.
    try config.refuse("no_bias", unless: true)
    try config.refuse("expansion_ratio", unless: 4)
    try config.refuse("logit_scale", unless: .null)
    let own = ModelConfig(config["attn_config"]?.object ?? [:], source: config.source)
    try own.refuse("attn_type", unless: "multihead_attention")
    try own.refuse("alibi", unless: true)
    try own.refuse("alibi_bias_max", unless: 8)
    for key in ["prefix_lm", "qk_ln", "attn_uses_sequence_id"] {
      try own.refuse(key, unless: false)
    }
    let config = config.filled([
      "vocab_size": 50368, "d_model": 2048, "n_heads": 16, "n_layers": 24, "max_seq_len": 2048,
    ])
    let width = try config.count("d_model")
    let heads = try config.count("n_heads")
    var spec = try DecoderSpec(
      biased: config,
      [
        "hidden_size": .int(width), "num_attention_heads": .int(heads),
        "num_hidden_layers": .int(try config.count("n_layers")),
        "intermediate_size": .int(4 * width),
        "max_position_embeddings": .int(try config.count("max_seq_len")), "hidden_act": "gelu",
      ])
    spec.norm = NormSpec(
      kind: .layer, epsilon: try config.number("layer_norm_epsilon", default: 1e-5),
      hasBias: false)
    if let scale = try own.optionalNumber("softmax_scale") { spec.attentionScale = Float(scale) }
    spec.projectionLimit = try own.optionalNumber("clip_qkv").map { Float($0) }
    spec.slopes = slopes(heads)
    return spec
  }

  /// 2^(−8k/n) for n heads; where their number is no power of two, n is the power above, and of its slopes
  /// every other is taken, from the second on, then the rest (transformers 5.23,
  /// `build_mpt_alibi_tensor`).
  static func slopes(_ heads: Int) -> [Float] {
    var power = 1
    while power < heads { power *= 2 }
    let all = (1...power).map { Float(exp2(-8 * Double($0) / Double(power))) }
    guard power != heads else { return all }
    let places = all.indices
    let order = places.filter { $0 % 2 == 1 } + places.filter { $0 % 2 == 0 }
    return order.prefix(heads).map { all[$0] }
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.prefixes = ["transformer.", "model.transformer.", ""]
    names.embedding = "wte"
    names.layer = "blocks.#"
    names.finalNorm = "norm_f"
    names.attention = .stacked("attn.Wqkv")
    names.attentionOutput = "attn.out_proj"
    names.attentionNorm = "norm_1"
    names.feedForwardNorm = "norm_2"
    names.feedForward = .plain(up: "ffn.up_proj", down: "ffn.down_proj")
    return names
  }
}
