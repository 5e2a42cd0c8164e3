/// dots.llm1: Qwen3's attention with DeepSeek-V3's mixture.
package import TareCore

package enum Dots1: DecoderArchitecture {
  package static let key = "dots1"
  package static let summary = "dots.llm1 (143B-A14B)"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled([
      "vocab_size": 152_064, "hidden_size": 4608, "intermediate_size": 10944,
      "num_hidden_layers": 62, "num_attention_heads": 32, "num_key_value_heads": 32,
      "norm_topk_prob": false,
    ])
    var spec = try DecoderSpec(config)
    let hasBias = try config.flag("attention_bias")
    spec.hasQueryKeyValueBias = hasBias
    spec.hasAttentionOutputBias = hasBias
    spec.queryKeyNorm = .head
    let window = try config.nullableCount("sliding_window", default: 4096)
    let first = config["max_window_layers"]?.int ?? 62
    try spec.slide(config, window: window) { window != nil && $0 >= first }
    // The class has no number of experts of its own.
    for key in ["n_routed_experts", "num_experts_per_tok"]
    where config[key] == nil && (key != "n_routed_experts" || config["num_local_experts"] == nil) {
      _ = try config.count(key)
    }
    try spec.mixAsDeepSeek(MixtureSpec(sigmoid: config, experts: 1, size: 1408), config)
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames { .deepSeek }
}
