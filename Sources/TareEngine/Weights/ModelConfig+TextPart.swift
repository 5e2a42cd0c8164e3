/// Models that read more than text: the configuration of the part that reads it.
internal import TareCore

extension ModelConfig {
  /// `model_type` of the part that reads text, by that of the whole model.
  private static let textParts = [
    "gemma3": "gemma3_text", "gemma4": "gemma4_text",
    "gemma4_unified": "gemma4_unified_text", "jev": "qwen3_5_text",
    "mistral3": "mistral",
    "qwen3_5": "qwen3_5_text",
  ]
  /// What belongs to the model as a whole.
  private static let outerKeys = [
    "architectures", "id2label", "label2id", "num_labels", "problem_type", "torch_dtype", "dtype",
    "quantization_config", "transformers_version",
  ]

  /// The configuration as a language model by itself would have it. Where a text part lacks a key that
  /// the whole has, as its padding token, the whole's counts.
  var textPart: ModelConfig {
    guard let type = self["model_type"]?.string, let own = Self.textParts[type],
      let inner = self["text_config"]?.object
    else { return self }
    var values = inner
    for (key, value) in self.values.members
    where !["model_type", "text_config"].contains(key) && !key.hasSuffix("_config") {
      if values[key] == nil || Self.outerKeys.contains(key) { values[key] = value }
    }
    if let quantization = self["quantization_config"] {
      values["quantization_config"] = quantization
    }
    values["model_type"] = inner["model_type"] ?? .string(own)
    return ModelConfig(values, source: source)
  }
}
