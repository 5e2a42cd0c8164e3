/// GGUF metadata in the keys of config.json.
internal import TareCore

struct GGUFConfig {
  private let metadata: JSONObject
  private let architecture: String

  init(_ metadata: JSONObject, architecture: String) {
    self.metadata = metadata
    self.architecture = architecture
  }

  private func value(_ key: String) -> JSONValue? { metadata["\(architecture).\(key)"] }

  private func error(_ key: String, _ found: String, _ accepted: String) -> TareError {
    .badData(place: "metadata '\(architecture).\(key)'", found: found, accepted: accepted)
  }

  /// GGUF's key of each key of config.json that has the same meaning.
  private static let same = [
    ("hidden_size", "embedding_length"), ("num_hidden_layers", "block_count"),
    ("num_attention_heads", "attention.head_count"),
    ("num_key_value_heads", "attention.head_count_kv"), ("head_dim", "attention.key_length"),
    ("intermediate_size", "feed_forward_length"), ("max_position_embeddings", "context_length"),
    ("rms_norm_eps", "attention.layer_norm_rms_epsilon"), ("num_experts", "expert_count"),
    ("num_experts_per_tok", "expert_used_count"),
    ("moe_intermediate_size", "expert_feed_forward_length"),
    ("attn_logit_softcapping", "attn_logit_softcapping"),
    ("final_logit_softcapping", "final_logit_softcapping"),
    ("sliding_window", "attention.sliding_window"),
  ]
  private static let needed: Set<String> = [
    "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    "max_position_embeddings", "rms_norm_eps",
  ]

  /// - Throws: `TareError.badData` for what every family needs and the file lacks, and for a feature
  ///   that is not supported.
  func translated(
    modelType: String, hasOutput: Bool, rotaryFactors: (short: [Float], long: [Float])?
  ) throws(TareError) -> ModelConfig {
    var values: JSONObject = ["model_type": .string(modelType)]
    for (key, stored) in Self.same {
      guard let found = value(stored) else {
        if Self.needed.contains(key) { throw error(stored, "nothing", "a number") }
        continue
      }
      // A window or a number of experts of 0 stands for none.
      if found == 0, !Self.needed.contains(key) { continue }
      values[key] = found
    }
    var features: [(key: String, accepted: JSONValue)] = [("attention.causal", true)]
    if modelType != "qwen3_moe" { features.append(("expert_count", 0)) }
    for (key, accepted) in features {
      if let found = value(key), found != accepted {
        throw error(key, found.text(), "\(accepted.text()) (nothing else is supported)")
      }
    }
    if let length = value("attention.value_length"), let size = values["head_dim"], length != size {
      throw error("attention.value_length", length.text(), size.text())
    }
    values["vocab_size"] =
      value("vocab_size") ?? metadata["tokenizer.ggml.tokens"]?.array.map { .int($0.count) }
    for key in ["eos", "bos"] {
      values["\(key)_token_id"] = metadata["tokenizer.ggml.\(key)_token_id"]
    }
    values["pad_token_id"] = metadata["tokenizer.ggml.padding_token_id"]
    values["original_max_position_embeddings"] = value("rope.scaling.original_context_length")
    values["rope_parameters"] = .object(try rotary(values, rotaryFactors))
    if let found = value("pooling_type") {
      guard let pooling = found.int.flatMap(GGUFPooling.init(rawValue:)) else {
        throw error("pooling_type", found.text(), "0 to 4")
      }
      values["pooling"] = try pooling.word("\(architecture).pooling_type")
    }
    // A file without a head of its own uses the embedding.
    values["architectures"] = ["GGUFForCausalLM"]
    values["tie_word_embeddings"] = .bool(!hasOutput)
    try addFamily(modelType, &values)
    return ModelConfig(values, source: "metadata of \(architecture)")
  }

  private func rotary(
    _ values: JSONObject, _ factors: (short: [Float], long: [Float])?
  ) throws(TareError) -> JSONObject {
    var rope: JSONObject = ["rope_type": "default"]
    rope["rope_theta"] = value("rope.freq_base")
    if let turned = value("rope.dimension_count")?.double,
      let heads = value("attention.head_count")?.double,
      let hidden = value("embedding_length")?.double, heads > 0
    {
      let headDim = value("attention.key_length")?.double ?? hidden / heads
      if turned != headDim { rope["partial_rotary_factor"] = .double(turned / headDim) }
    }
    let type = value("rope.scaling.type")?.string ?? "none"
    switch type {
    case "none", "longrope": break
    case "linear", "yarn":
      rope["rope_type"] = .string(type)
      rope["factor"] = value("rope.scaling.factor") ?? 1.0
      rope["original_max_position_embeddings"] = value("rope.scaling.original_context_length")
      rope["attention_factor"] = value("rope.scaling.attn_factor")
    default: throw error("rope.scaling.type", "'\(type)'", "none, linear, yarn, longrope")
    }
    if let scale = value("rope.scale_linear"), scale != 1.0, scale != 1 {
      throw error("rope.scale_linear", scale.text(), "1.0 (nothing else is supported)")
    }
    if let factors {
      rope["rope_type"] = "longrope"
      rope["short_factor"] = .array(factors.short.map { .double(Double($0)) })
      rope["long_factor"] = .array(factors.long.map { .double(Double($0)) })
      let original = value("rope.scaling.original_context_length") ?? value("context_length")
      rope["original_max_position_embeddings"] = original
      rope["attention_factor"] =
        value("rope.scaling.attn_factor") ?? (type == "longrope" ? nil : .double(1))
    }
    return rope
  }

  /// What a family's files leave unsaid.
  private func addFamily(_ modelType: String, _ values: inout JSONObject) throws(TareError) {
    // llama.cpp renormalises the chosen experts' weights, as every released model of the family does.
    if modelType == "qwen3_moe" { values["norm_topk_prob"] = true }
    guard modelType.hasPrefix("gemma") else { return }
    // The converter has added the 1 to the norms' weights.
    values["norm_weight_offset"] = 0
    guard modelType != "gemma", let layers = values["num_hidden_layers"]?.int,
      let hidden = values["hidden_size"]?.int, let heads = values["num_attention_heads"]?.int,
      heads > 0
    else { return }
    // The scale of the queries: as llama.cpp, by the number of layers of the 27B models.
    let is27B = layers == (modelType == "gemma2" ? 46 : 62)
    values["query_pre_attn_scalar"] =
      is27B ? .int(hidden / heads) : values["head_dim"] ?? .int(hidden / heads)
    if modelType == "gemma3_text", case .object(var rope)? = values["rope_parameters"] {
      if rope["rope_theta"] == nil { rope["rope_theta"] = 1_000_000.0 }
      values["rope_parameters"] = ["full_attention": .object(rope)]
    }
  }
}
