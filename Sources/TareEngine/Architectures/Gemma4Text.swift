/// Gemma 4 (its text part): heads of two sizes, layers that share keys and values, embeddings for each
/// layer, and, in some sizes, a mixture beside the block.
package import TareCore

package enum Gemma4Text: DecoderArchitecture {
  package static let key = "gemma4_text"
  package static let summary = "Gemma 4 (text)"
  package static let defaultPadID: Int32? = 0
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    // What stands beside nested rotary parameters takes no part.
    let config = config.filled([
      "vocab_size": 262_144, "hidden_size": 2304, "intermediate_size": 9216,
      "num_hidden_layers": 30, "num_attention_heads": 8, "num_key_value_heads": 4,
      "head_dim": 256, "hidden_size_per_layer_input": 256,
    ]).replacing(["partial_rotary_factor": .null, "rope_scaling": .null])
    let base = try DecoderSpec(
      config.replacing(["rope_parameters": .null]), context: 131_072)
    var spec = base
    // Pictures alone are seen both ways with "vision".
    if config["use_bidirectional_attention"] != "vision" {
      try config.refuse("use_bidirectional_attention", unless: false)
    }
    spec.embeddingScale = Float(spec.hiddenSize).squareRoot()
    spec.hasEmbeddingScaleBuffer = true
    spec.activation = try config.choice(
      "hidden_activation", Activation.names, default: .geluTanh)
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.attentionScale = 1
    spec.queryKeyNorm = .head
    spec.hasValueNorm = true
    spec.hasLayerScale = true
    spec.logitSoftCap = try config.optionalNumber("final_logit_softcapping").map { Float($0) }

    var slides = try config.slidingLayers(spec.layerCount) { ($0 + 1) % 6 != 0 }
    // The last layer sees all, whatever the file says.
    slides[slides.count - 1] = false
    let window = try config.count("sliding_window", default: 512)
    for (index, slides) in slides.enumerated() {
      spec.layers[index].window = slides ? window : nil
      spec.layers[index].rotary = slides ? 1 : 0
    }
    try setHeads(&spec, config, slides)
    try shareKeys(&spec, config, slides)
    try addLayerInput(&spec, config)
    if try config.flag("enable_moe_block") { try addMixture(&spec, config) }
    spec.rotaries = [
      try rotary(config, "full_attention", slides.lastIndex(of: false), spec),
      try rotary(config, "sliding_attention", slides.lastIndex(of: true), spec),
    ]
    spec.headDim = spec.layers.indices.reduce(2) { max($0, spec.heads($1).dim) }
    spec.keyValueHeadCount = spec.layers.indices.reduce(1) { max($0, spec.heads($1).groups) }
    return spec
  }

  /// The sizes of each layer's heads: `per_layer_config` as transformers 5 writes it, or those of the
  /// layers without a window by keys of their own.
  private static func setHeads(
    _ spec: inout DecoderSpec, _ config: ModelConfig, _ slides: [Bool]
  ) throws(TareError) {
    let repeats = try config.flag("attention_k_eq_v")
    let globalDim = try config.count("global_head_dim", default: 512)
    let globalGroups = repeats ? try config.optionalCount("num_global_key_value_heads") : nil
    let listed = config["per_layer_config"]?.object
    for index in spec.layers.indices {
      spec.layers[index].hasKeysForValues = repeats && !slides[index]
      spec.layers[index].headDim = spec.headDim
      spec.layers[index].keyValueHeadCount = spec.keyValueHeadCount
      if let listed {
        let own = ModelConfig(
          listed[String(index)]?.object ?? [:], source: "\(config.source), per_layer_config")
        for (key, value) in own.values.members
        where !["head_dim", "num_key_value_heads"].contains(key) {
          throw own.error(key, value.text(), "head_dim, num_key_value_heads alone")
        }
        spec.layers[index].headDim = try own.count("head_dim", default: spec.headDim)
        spec.layers[index].keyValueHeadCount = try own.count(
          "num_key_value_heads", default: spec.keyValueHeadCount)
      } else if !slides[index] {
        spec.layers[index].headDim = globalDim
        spec.layers[index].keyValueHeadCount = globalGroups ?? spec.keyValueHeadCount
      }
    }
    for kind in [false, true] {
      let sizes = Set(
        spec.layers.indices.filter { slides[$0] == kind }.map { spec.layers[$0].headDim })
      guard sizes.count < 2 else {
        throw config.error(
          "per_layer_config", "layers of one kind with heads of \(sizes.count) sizes", "one size")
      }
    }
  }

  /// The last layers read the keys and values of the last one of their kind before them, and may have
  /// feed-forward blocks of twice the size.
  private static func shareKeys(
    _ spec: inout DecoderSpec, _ config: ModelConfig, _ slides: [Bool]
  ) throws(TareError) {
    let shared = config["num_kv_shared_layers"]?.int ?? 0
    guard shared != 0 else { return }
    let first = spec.layerCount - shared
    guard shared > 0, first > 0, Set(slides[..<first]) == Set(slides) else {
      throw config.error(
        "num_kv_shared_layers", "\(shared)", "fewer, so that each kind of layer has keys")
    }
    let size = try config.count("intermediate_size")
    let isDouble = try config.flag("use_double_wide_mlp")
    for index in first..<spec.layerCount {
      let source = slides[..<first].lastIndex(of: slides[index]) ?? 0
      spec.layers[index].keysFrom = source
      spec.layers[index].keyValueHeadCount = spec.layers[source].keyValueHeadCount
      if isDouble { spec.layers[index].feedForward = .gated(size: 2 * size) }
    }
  }

  private static func addLayerInput(
    _ spec: inout DecoderSpec, _ config: ModelConfig
  ) throws(TareError) {
    guard let size = config["hidden_size_per_layer_input"]?.int, size > 0 else { return }
    let rows = try config.count("vocab_size_per_layer_input", default: 262_144)
    guard rows >= spec.vocabularySize, size < 1 << 21 else {
      throw config.error(
        "vocab_size_per_layer_input", "\(rows)", "at least vocab_size, \(spec.vocabularySize)")
    }
    spec.layerInput = LayerInputSpec(
      size: size, vocabularySize: rows, scale: Float(size).squareRoot())
  }

  /// A mixture whose shared expert is the block that all layers have.
  private static func addMixture(
    _ spec: inout DecoderSpec, _ config: ModelConfig
  ) throws(TareError) {
    var mixture = MixtureSpec(
      experts: try config.count("num_experts"), chosen: try config.count("top_k_experts"),
      size: try config.count("moe_intermediate_size"), isNormalised: true)
    mixture.hasOwnNorms = true
    for index in spec.layers.indices {
      guard case .gated(let size) = spec.layers[index].feedForward else { continue }
      mixture.shared = MixtureSpec.Shared(size: size, weight: 1)
      spec.layers[index].feedForward = .mixture(mixture)
    }
  }

  private static func rotary(
    _ config: ModelConfig, _ kind: String, _ layer: Int?, _ spec: DecoderSpec
  ) throws(TareError) -> RotarySpec {
    guard let layer else { return RotarySpec(dim: 2, base: 10_000) }
    let usual: JSONObject =
      kind == "full_attention"
      ? ["rope_type": "proportional", "partial_rotary_factor": 0.25, "rope_theta": 1_000_000.0]
      : ["rope_type": "default", "rope_theta": 10_000.0]
    let nested = config["rope_parameters"]
    guard let own = nested == nil ? usual : nested?[kind]?.object else {
      throw config.error("rope_parameters", "nothing for \(kind)", "an object for each kind")
    }
    return try RotarySpec(config, headDim: spec.heads(layer).dim, parameters: own)
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames.fourNorms.besidePictures
    names.otherParts += ["audio_tower.", "model.audio_tower."]
    names.otherParts += ["embed_vision.", "model.embed_vision."]
    names.mixture.router = "router.proj"
    names.mixture.expertGate = "experts.#.gate_proj"
    names.mixture.expertUp = "experts.#.up_proj"
    names.mixture.expertDown = "experts.#.down_proj"
    names.mixture.sharedGate = "mlp.gate_proj"
    names.mixture.sharedUp = "mlp.up_proj"
    names.mixture.sharedDown = "mlp.down_proj"
    // Files may hold keys and values of layers that read those of others.
    for (index, layer) in try spec(config).layers.enumerated() where layer.keysFrom != nil {
      for prefix in names.prefixes {
        names.otherParts += ["k_proj.", "v_proj.", "k_norm.", "v_norm."].map {
          "\(prefix)layers.\(index).self_attn.\($0)"
        }
      }
    }
    return names
  }
}
