/// GPT-Neo: GPT-2 with a window in every other layer and no scale of attention.
package import TareCore

package enum GPTNeo: DecoderArchitecture {
  package static let key = "gpt_neo"
  package static let summary = "GPT-Neo (125M to 2.7B)"
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "hidden_size": 2048, "num_layers": 24, "num_heads": 16, "max_position_embeddings": 2048,
      "window_size": 256,
    ])
    var spec = try DecoderSpec(
      gpt2: config.replacing([
        "n_embd": config["hidden_size"] ?? .null, "n_layer": config["num_layers"] ?? .null,
        "n_head": config["num_heads"] ?? .null, "n_inner": config["intermediate_size"] ?? .null,
        "n_positions": config["max_position_embeddings"] ?? .null,
      ]))
    spec.hasQueryKeyValueBias = false
    spec.attentionScale = 1
    let window = try config.count("window_size")
    let kinds = layerKinds(config["attention_types"]?.array ?? [[["global", "local"], 12]])
    guard kinds.count == spec.layerCount else {
      throw config.error("attention_types", "\(kinds.count) layers", "\(spec.layerCount)")
    }
    for (index, kind) in kinds.enumerated() {
      guard ["global", "local"].contains(kind) else {
        throw config.error("attention_types", kind, "global, local")
      }
      spec.layers[index].window = kind == "local" ? window : nil
    }
    return spec
  }

  /// Kinds that are repeated so many times, one after another.
  private static func layerKinds(_ types: [JSONValue]) -> [String] {
    types.flatMap { entry -> [String] in
      guard let pair = entry.array, pair.count == 2, let kinds = pair[0].array,
        let times = pair[1].int, (0...4096).contains(times)
      else { return [] }
      return Array(repeating: kinds.map { $0.string ?? $0.text() }, count: times).flatMap { $0 }
    }
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames.gpt2
    names.attention = .separate(
      query: "attn.attention.q_proj", key: "attn.attention.k_proj", value: "attn.attention.v_proj")
    names.attentionOutput = "attn.attention.out_proj"
    return names
  }
}
