/// Ministral 3: Mistral whose queries grow with the logarithm of their position.
package import TareCore

package enum Ministral3: DecoderArchitecture {
  package static let key = "ministral3"
  package static let summary = "Ministral 3 (2512)"
  package static let defaultPadID: Int32? = 11

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var config = config.filled([
      "vocab_size": 131_072, "hidden_size": 4096, "intermediate_size": 14336,
      "num_hidden_layers": 34, "num_attention_heads": 32, "num_key_value_heads": 8,
      "head_dim": 128, "max_position_embeddings": 262_144, "rms_norm_eps": 1e-5,
    ])
    if config["rope_parameters"] == nil, config["rope_scaling"] == nil {
      config = config.replacing([
        "rope_parameters": [
          "rope_type": "yarn", "rope_theta": 1_000_000.0, "factor": 16.0,
          "original_max_position_embeddings": 16384, "beta_fast": 32.0, "beta_slow": 1.0,
          "mscale_all_dim": 1.0, "mscale": 1.0, "llama_4_scaling_beta": 0.1,
        ]
      ])
    }
    var spec = try DecoderSpec(config)
    spec.slideAll(try config.optionalCount("sliding_window"))
    let rope = config["rope_scaling"] ?? config["rope_parameters"]
    if let beta = rope?["llama_4_scaling_beta"]?.double {
      let context = try config.count("max_position_embeddings")
      let length = rope?["original_max_position_embeddings"]?.double ?? Double(context)
      spec.queryScaling = DecoderSpec.QueryScaling(beta: Float(beta), length: Float(length))
    }
    return spec
  }

  /// Models that also see (`mistral3`) have it inside.
  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    TensorNames().besidePictures
  }
}
