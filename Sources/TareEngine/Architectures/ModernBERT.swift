/// ModernBERT (arXiv 2412.13663): norms before the blocks, gates, rotary embedding, and layers that see
/// a part of the text.
internal import TareCore

package enum ModernBERT: EncoderArchitecture {
  package static let key = "modernbert"
  package static let summary = "ModernBERT and rerankers made of it"
  package static let defaultPadID: Int32? = 50283

  static func spec(_ config: ModelConfig) throws(TareError) -> EncoderSpec {
    let config = config.filled([
      "vocab_size": 50368, "intermediate_size": 1152, "num_hidden_layers": 22,
      "max_position_embeddings": 8192,
    ])
    let outer = config.replacing([
      "hidden_act": config["hidden_activation"] ?? "gelu", "type_vocab_size": 0,
      "layer_norm_eps": config["norm_eps"] ?? 1e-5,
    ])
    var spec = try EncoderSpec(bert: outer, positions: .none, types: 0)
    spec.norm.hasBias = try config.flag("norm_bias")
    spec.hasAttentionBias = try config.flag("attention_bias")
    spec.hasInnerBias = try config.flag("mlp_bias")
    spec.hasOuterBias = spec.hasInnerBias
    spec.isPreNorm = true
    spec.hasFirstNorm = false
    spec.isGated = true
    // Half on each side.
    let reach = try config.count("local_attention", default: 128) / 2
    let period = try config.count("global_attn_every_n_layers", default: 3)
    let slides = try config.slidingLayers(spec.layers.count) { $0 % period != 0 }
    for (index, slides) in slides.enumerated() {
      spec.layers[index] = EncoderSpec.Layer(
        reach: slides ? reach : nil, rotary: slides ? 1 : 0)
    }
    spec.rotaries = [
      try rotary(config, spec, "full_attention", base: "global_rope_theta", 160_000),
      try rotary(config, spec, "sliding_attention", base: "local_rope_theta", 10_000),
    ]
    return spec
  }

  private static func rotary(
    _ config: ModelConfig, _ spec: EncoderSpec, _ kind: String, base: String, _ usual: Double
  ) throws(TareError) -> RotarySpec {
    var parameters = config["rope_parameters"]?[kind]?.object ?? [:]
    for (key, value) in config["rope_scaling"]?.object?.members ?? [] { parameters[key] = value }
    if parameters["rope_theta"] == nil {
      parameters["rope_theta"] = .double(try config.number(base, default: usual))
    }
    guard spec.hiddenSize % spec.headCount == 0 else {
      return RotarySpec(dim: 2, base: usual)
    }
    let rotary = try RotarySpec(config, headDim: spec.headDim, parameters: parameters)
    guard rotary.variant(length: Int(Int32.max)) == 0 else {
      throw config.error(
        "rope_parameters", "a rotary embedding that depends on the text's length",
        "default, linear, llama3, yarn")
    }
    return rotary
  }

  static func names(_ config: ModelConfig) throws(TareError) -> EncoderNames {
    var names = EncoderNames(["model.", "", "encoder."])
    names.words = "embeddings.tok_embeddings"
    names.embeddingNorm = "embeddings.norm"
    names.layer = "layers.#."
    names.queryKeyValue = ["attn.Wqkv"]
    names.attentionOutput = "attn.Wo"
    names.attentionNorm = "attn_norm"
    names.inner = "mlp.Wi"
    names.outer = "mlp.Wo"
    names.outerNorm = "mlp_norm"
    return names
  }
}
