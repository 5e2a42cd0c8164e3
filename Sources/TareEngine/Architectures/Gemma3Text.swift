/// Gemma 3 (its text part): norms on query and key heads, five layers with a window for one
/// without, and another rotary base in each kind.
package import TareCore

package enum Gemma3Text: DecoderArchitecture {
  package static let key = "gemma3_text"
  package static let summary = "Gemma 3 (text)"
  package static let defaultPadID: Int32? = 0
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    // Released files of models that also see leave out what the class says.
    let config = config.filled([
      "vocab_size": 262_208, "hidden_size": 2304, "intermediate_size": 9216,
      "num_hidden_layers": 26, "num_attention_heads": 8, "num_key_value_heads": 4,
    ])
    // The rotary parameters are read below, for each kind of layer.
    var plain = config.values
    plain["partial_rotary_factor"] = nil
    var spec = try DecoderSpec(
      gemma: ModelConfig(plain, source: config.source), context: 131_072)
    try spec.addLaterGemma(config)
    // transformers reads this cap in Gemma 2 alone.
    spec.attentionSoftCap = nil
    spec.queryKeyNorm = .head
    let period = try config.count("sliding_window_pattern", default: 6)
    let window = try config.count("sliding_window", default: 4096)
    try spec.slide(config, window: window) { ($0 + 1) % period != 0 }

    let nested = config["rope_parameters"]
    var full = nested?["full_attention"]?.object ?? [:]
    var local = nested?["sliding_attention"]?.object ?? [:]
    // What stands beside nested parameters belongs to each of them.
    if nested?["full_attention"] != nil, let part = config["partial_rotary_factor"] {
      full["partial_rotary_factor"] = full["partial_rotary_factor"] ?? part
      local["partial_rotary_factor"] = local["partial_rotary_factor"] ?? part
    }
    // Older files: the scaling is that of the layers without a window.
    for (key, value) in config["rope_scaling"]?.object?.members ?? [] { full[key] = value }
    if full["rope_theta"] == nil { full["rope_theta"] = config["rope_theta"] ?? 1_000_000.0 }
    if local["rope_theta"] == nil {
      local["rope_theta"] = config["rope_local_base_freq"] ?? 10_000.0
    }
    spec.rotaries = [
      try RotarySpec(config, headDim: spec.headDim, parameters: full),
      try RotarySpec(config, headDim: spec.headDim, parameters: local),
    ]
    for index in spec.layers.indices where spec.layers[index].window != nil {
      spec.layers[index].rotary = 1
    }
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    TensorNames.fourNorms.besidePictures
  }
}

extension TensorNames {
  /// The names in models that also see, too: these are saved with the language model inside.
  var besidePictures: TensorNames {
    var names = self
    names.prefixes += ["language_model.model.", "model.language_model.", "language_model."]
    names.otherParts = [
      "vision_tower.", "model.vision_tower.", "multi_modal_projector.",
      "model.multi_modal_projector.",
    ]
    return names
  }
}
