/// What a configuration's `quantization_config` means for weights that are read as they are stored.
internal import TareCore

struct Quantization {
  private let method: String
  /// A tensor of packed numbers and its type; nil where there is none.
  private let packed: (name: String, type: String)?
  private let hasScaledFloats: Bool

  /// nil for a configuration that says nothing of it.
  init?(_ config: ModelConfig, files: [WeightFile]) {
    guard let settings = config["quantization_config"] else { return nil }
    let loads = settings["load_in_4bit"] != nil || settings["load_in_8bit"] != nil
    method = settings["quant_method"]?.string ?? (loads ? "bitsandbytes" : "no method named")
    let names = files.flatMap(\.wholeNumbers).sorted { $0.key < $1.key }
    packed = names.first { !Self.isNoWeight($0.key) }.map { ($0.key, $0.value) }
    hasScaledFloats = files.contains { $0.tensors.values.contains { $0.type == .f8E4M3 } }
  }

  /// Masks and positions that older models keep among their weights.
  private static func isNoWeight(_ name: String) -> Bool {
    ["attention.bias", "attn.bias", "masked_bias", "position_ids", "num_batches_tracked"]
      .contains { name.hasSuffix($0) }
  }

  /// - Throws: `TareError.badData` for weights whose numbers are packed.
  func check() throws(TareError) {
    guard let packed else { return }
    throw .badData(
      place: "config.json, 'quantization_config'",
      found: "'\(method)', whose weights are packed (tensor '\(packed.name)' in \(packed.type))",
      accepted:
        "weights in F64, F32, F16, BF16 or F8_E4M3 (use the unquantized model, or load this one "
        + "in Python, dequantize it by model.dequantize() and save it)")
  }

  /// What is to be said of weights that are not packed; nil where they are as the method says.
  var remark: String? {
    hasScaledFloats
      ? nil
      : "config.json has a quantization_config ('\(method)'), but the weights are not quantized: "
        + "they are used as stored, while transformers may quantize them on loading"
  }
}
