/// What a configuration's quantisation means for a folder's tensors.
internal import TareCore

struct Quantization {
  private let method: String
  private let entry: (any WeightQuantization.Type)?
  private let settings: ModelConfig
  private let parts: PackedParts

  /// nil for a configuration that says nothing of it, and weights without scales.
  init?(_ config: ModelConfig, _ parts: PackedParts) {
    let found = config["quantization_config"] ?? config["quantization"]
    guard found != nil || Float8Layers.areThere(in: parts) else { return nil }
    let object = found?.object ?? [:]
    entry = found == nil ? FineGrainedFloat8.self : Quantizations.method(object)
    method = object["quant_method"]?.string ?? entry?.key ?? "no method named"
    self.settings = ModelConfig(object, source: "config.json, 'quantization_config'")
    self.parts = parts
  }

  /// Masks and positions that older models keep among their weights.
  private static func isNoWeight(_ name: String) -> Bool {
    ["attention.bias", "attn.bias", "masked_bias", "position_ids", "num_batches_tracked"]
      .contains { name.hasSuffix($0) }
  }

  /// The tensors with packed weights put together, and what is to be said of them.
  ///
  /// - Throws: `TareError.badData` for weights whose numbers are packed in a way that is not read.
  func unpacked() throws(TareError) -> (parts: PackedParts, remarks: [String]) {
    var result = parts
    var remarks: [String] = []
    let isPlain = !parts.whole.contains { !Self.isNoWeight($0.key) } && !hasFloat8
    if isPlain {
      remarks.append(
        "config.json has a quantization_config ('\(method)'), but the weights are not quantized: "
          + "they are used as stored, while transformers may quantize them on loading")
    } else if let entry {
      let working = QuantizationSettings(settings, parts)
      do throws(TareError) {
        try entry.unpack(working)
      } catch {
        throw error.inside("quantization '\(method)'")
      }
      result = working.parts
      if working.quantisesActivations {
        remarks.append(
          "'\(method)' can quantize activations too: here only the weights are quantized, so that "
            + "scores may differ slightly from those of other engines")
      }
    }
    let left = result.whole.filter { !Self.isNoWeight($0.key) }.sorted { $0.key < $1.key }.first
    if let left { throw refusal(of: left.key, left.value.entry.type) }
    if !isPlain, let name = result.floats.first(where: { $0.value.isBareFloat8 })?.key {
      throw refusal(of: name, "F8_E4M3")
    }
    return (result, remarks)
  }

  private var hasFloat8: Bool { parts.floats.values.contains(where: \.isBareFloat8) }

  private func refusal(of name: String, _ type: String) -> TareError {
    .badData(
      place: "config.json, 'quantization_config'",
      found: "'\(method)', whose weights are packed (tensor '\(name)' in \(type))",
      accepted:
        "\(Quantizations.registry.keys.joined(separator: ", ")), in layouts that Tare knows "
        + "(or use the unquantized model, or load this one in Python, dequantize it by "
        + "model.dequantize() and save it)")
  }
}

extension StoredTensor {
  /// Whether it is float8 without a scale.
  fileprivate var isBareFloat8: Bool { packed == nil && entry.type == .f8E4M3 }
}
