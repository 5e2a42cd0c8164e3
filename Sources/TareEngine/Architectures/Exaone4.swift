/// EXAONE 4: norms after the blocks, norms on heads; with windows, layers without one are not turned.
package import TareCore

package enum Exaone4: DecoderArchitecture {
  package static let key = "exaone4"
  package static let summary = "EXAONE 4.0 (1.2B and 32B)"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 102_400, "hidden_size": 4096, "intermediate_size": 16384,
      "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32,
      "sliding_window": 4096, "rms_norm_eps": 1e-5,
    ])
    var spec = try DecoderSpec(config)
    spec.queryKeyNorm = .head
    guard let window = try config.optionalCount("sliding_window") else { return spec }
    let period =
      config["layer_types"] == nil ? try config.count("sliding_window_pattern", default: 4) : 1
    try spec.slide(config, window: window) { ($0 + 1) % period != 0 }
    for index in spec.layers.indices where spec.layers[index].window == nil {
      spec.layers[index].rotary = nil
    }
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    try OLMo2.names(config)
  }
}
