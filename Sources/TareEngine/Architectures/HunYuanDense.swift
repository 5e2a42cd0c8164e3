/// HunYuan (dense): norms on queries and keys after they are turned.
internal import Foundation
package import TareCore

package enum HunYuanDense: DecoderArchitecture {
  package static let key = "hunyuan_v1_dense"
  package static let summary = "HunYuan dense (0.5B to 7B)"
  package static let defaultPadID: Int32? = 0

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 290_943, "hidden_size": 4096, "intermediate_size": 11008,
      "num_hidden_layers": 32, "num_attention_heads": 32, "rms_norm_eps": 1e-5,
    ])
    var spec = try DecoderSpec(config.withStretchedBase())
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.queryKeyNorm = .head
    spec.isNormAfterRotation = true
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.queryNorm = "self_attn.query_layernorm"
    names.keyNorm = "self_attn.key_layernorm"
    return names
  }
}

extension ModelConfig {
  /// HunYuan's "dynamic" scaling with an `alpha` is a fixed larger base.
  func withStretchedBase() throws(TareError) -> ModelConfig {
    let rope = self["rope_scaling"]?.object ?? self["rope_parameters"]?.object ?? [:]
    guard (rope["rope_type"] ?? rope["type"]) == "dynamic",
      let alpha = rope["alpha"]?.double, alpha != 0
    else { return self }
    let heads = try count("num_attention_heads")
    let dim = Double(try count("head_dim", default: try count("hidden_size") / heads))
    let outer = try number("rope_theta", default: 10_000)
    let theta = rope["rope_theta"]?.double ?? outer
    return replacing([
      "rope_scaling": .null,
      "rope_parameters": [
        "rope_type": "default", "rope_theta": .double(theta * pow(alpha, dim / (dim - 2))),
      ],
    ])
  }
}
