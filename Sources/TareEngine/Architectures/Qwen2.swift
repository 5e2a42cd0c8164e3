/// Qwen2 and Qwen2.5: Llama with biases on queries, keys and values.
package import TareCore

package enum Qwen2: DecoderArchitecture {
  package static let key = "qwen2"
  package static let summary = "Qwen2 and Qwen2.5"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try DecoderSpec(config, context: 32_768)
    spec.hasQueryKeyValueBias = true
    try spec.slideAsQwen(config)
    return spec
  }
}

extension DecoderSpec {
  /// Qwen's windows count where `use_sliding_window` says so, and only from `max_window_layers` on.
  mutating func slideAsQwen(_ config: ModelConfig) throws(TareError) {
    guard try config.flag("use_sliding_window") else { return }
    let first = config["max_window_layers"]?.int ?? 28
    try slide(config, window: config.nullableCount("sliding_window", default: 4096)) { $0 >= first }
  }
}
