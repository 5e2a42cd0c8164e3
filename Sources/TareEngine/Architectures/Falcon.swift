/// Falcon: layer norms, GELU without a gate, attention and feed-forward block side by side after one
/// norm or two.
package import TareCore

package enum Falcon: DecoderArchitecture {
  package static let key = "falcon"
  package static let summary = "Falcon (7B, 40B, 180B, and 2 11B)"
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = try translated(config)
    try config.refuse("alibi", unless: false)
    let isNew = try config.flag("new_decoder_architecture")
    let isParallel = try config.flag("parallel_attn", default: true)
    if isNew, !isParallel { try config.refuse("parallel_attn", unless: true) }
    if isParallel, let norms = try config.optionalCount("num_ln_in_parallel_attn"),
      norms > (isNew ? 2 : 1)
    {
      throw config.error("num_ln_in_parallel_attn", "\(norms)", isNew ? "1 or 2" : "1")
    }
    var spec = try DecoderSpec(config)
    spec.norm = NormSpec(
      kind: .layer, epsilon: try config.number("layer_norm_epsilon", default: 1e-5))
    spec.dropGates()
    let hasBias = try config.flag("bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.hasFeedForwardBias = hasBias
    spec.hasParallelResidual = isParallel
    return spec
  }

  /// The same under the keys of other families.
  private static func translated(_ config: ModelConfig) throws(TareError) -> ModelConfig {
    var config = config.filled([
      "vocab_size": 65024, "hidden_size": 4544, "num_hidden_layers": 32,
      "num_attention_heads": 71,
    ])
    if let width = config["n_embed"] { config = config.replacing(["hidden_size": width]) }
    let heads = try config.count("num_attention_heads")
    let isNew = try config.flag("new_decoder_architecture")
    let isShared = try config.flag("multi_query", default: true)
    let groups =
      isNew ? try config.count("num_kv_heads", default: heads) : isShared ? 1 : heads
    let width = try config.count("hidden_size")
    let inner = try config.optionalCount("ffn_hidden_size") ?? 4 * width
    return config.replacing([
      "num_key_value_heads": .int(groups), "head_dim": .null,
      "intermediate_size": .int(inner),
      "hidden_act": config["activation"] ?? "gelu",
    ])
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames()
    names.prefixes = ["transformer.", "model.transformer.", ""]
    names.embedding = "word_embeddings"
    names.layer = "h.#"
    names.finalNorm = "ln_f"
    names.attention = .grouped("self_attention.query_key_value")
    names.attentionOutput = "self_attention.dense"
    names.feedForward = .plain(up: "mlp.dense_h_to_4h", down: "mlp.dense_4h_to_h")
    guard try config.flag("parallel_attn", default: true) else { return names }
    let isNew = try config.flag("new_decoder_architecture")
    if isNew, try config.count("num_ln_in_parallel_attn", default: 2) == 2 {
      names.attentionNorm = "ln_attn"
      names.feedForwardNorm = "ln_mlp"
    } else {
      names.feedForwardNorm = names.attentionNorm
    }
    return names
  }
}
