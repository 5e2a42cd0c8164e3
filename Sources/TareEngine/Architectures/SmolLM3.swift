/// SmolLM3: Llama with layers whose queries and keys are not turned.
package import TareCore

package enum SmolLM3: DecoderArchitecture {
  package static let key = "smollm3"
  package static let summary = "SmolLM3 (3B), every fourth layer without rotary embedding"
  package static let defaultPadID: Int32? = 128_004
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 128_256, "hidden_size": 2048, "intermediate_size": 11008,
      "num_hidden_layers": 36, "num_attention_heads": 16, "num_key_value_heads": 4,
      "max_position_embeddings": 32768,
    ])
    var spec = try DecoderSpec(config, defaultRotaryBase: 2_000_000)
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.hasFeedForwardBias = try config.flag("mlp_bias")
    // 1 where a layer turns its queries and keys.
    let given = config["no_rope_layers"]?.array?.map { $0 == true || $0.int ?? 0 != 0 }
    if let given, given.count < spec.layerCount {
      throw config.error("no_rope_layers", "\(given.count) layers", "\(spec.layerCount)")
    }
    let interval = try config.count("no_rope_layer_interval", default: 4)
    for index in spec.layers.indices {
      let isTurned = given?[index] ?? ((index + 1) % interval != 0)
      spec.layers[index].rotary = isTurned ? 0 : nil
    }
    let turned = spec.layers.map { $0.rotary != nil }
    let slides = try config.flag("use_sliding_window")
    let window = try config.optionalCount("sliding_window")
    try spec.slide(config, window: window) { slides && !turned[$0] }
    return spec
  }
}
