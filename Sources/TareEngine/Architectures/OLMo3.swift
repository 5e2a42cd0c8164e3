/// OLMo 3: OLMo 2 with a window in three layers of four, and rotary parameters for each kind.
package import TareCore

package enum OLMo3: DecoderArchitecture {
  package static let key = "olmo3"
  package static let summary = "OLMo 3 (7B and 32B)"
  package static let defaultPadID: Int32? = 1

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 50304, "hidden_size": 4096, "intermediate_size": 11008,
      "num_hidden_layers": 32, "num_attention_heads": 32, "sliding_window": 4096,
    ])
    // The rotary parameters are read below, for each kind of layer.
    var spec = try OLMo2.spec(
      config.replacing(["rope_parameters": .null, "rope_scaling": .null]))
    let window = try config.optionalCount("sliding_window")
    try spec.slide(config, window: window) { ($0 + 1) % 4 != 0 }
    let nested = config["rope_parameters"]
    var full = nested?["full_attention"]?.object ?? [:]
    var local = nested?["sliding_attention"]?.object ?? [:]
    // Released files: the scaling is that of the layers without a window, and so is the base; the
    // other layers have the class's.
    for (key, value) in config["rope_scaling"]?.object?.members ?? [] { full[key] = value }
    if full["rope_theta"] == nil { full["rope_theta"] = config["rope_theta"] ?? 500_000.0 }
    if local["rope_theta"] == nil { local["rope_theta"] = 500_000.0 }
    spec.rotaries = [
      try RotarySpec(config, headDim: spec.headDim, parameters: full),
      try RotarySpec(config, headDim: spec.headDim, parameters: local),
    ]
    for (index, slides) in try config.slidingLayers(spec.layerCount, { ($0 + 1) % 4 != 0 })
      .enumerated()
    {
      spec.layers[index].rotary = slides ? 1 : 0
    }
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    try OLMo2.names(config)
  }
}
