/// NVIDIA ModelOpt's folders: NVFP4 and float8.
///
/// NVFP4: `weight` U8 [outputs, inputs/2] holds values of E2M1, low half bytes first; `weight_scale`
/// F8_E4M3 [outputs, inputs/16]; `weight_scale_2` one float32. A weight is value · scale · scale_2.
internal import CKernels
package import TareCore

package enum ModelOpt: WeightQuantization {
  package static let key = "modelopt"
  package static let summary = "NVFP4 and float8 as NVIDIA ModelOpt saves them"
  package static let otherMethods = ["modelopt_fp4"]

  package static func unpack(_ settings: QuantizationSettings) throws(TareError) {
    let config = settings.config
    if let algorithm = config["quant_algo"]?.string ?? config["quantization"]?["quant_algo"]?.string
    {
      guard ["NVFP4", "FP8"].contains(algorithm) else {
        throw config.error("quant_algo", "'\(algorithm)'", "'NVFP4', 'FP8'")
      }
    }
    try settings.refuse(["pre_quant_scale"])
    let dropped = settings.parts.drop(
      endings: [
        ".input_scale", ".k_scale", ".v_scale", ".k_proj.output_scale",
        ".v_proj.output_scale",
      ])
    settings.quantisesActivations = dropped
    for stem in settings.parts.stems(".weight_scale_2") {
      try FourBitLayers.add(
        stem, codes: ".weight", global: ".weight_scale_2", isDivided: false, settings)
    }
    try Float8Layers.unpack(settings, block: nil)
  }
}

/// Layers of E2M1 values in groups with scales.
enum FourBitLayers {
  /// - Parameters:
  ///   - global: the end of the name of a scale of all scales; nil without one.
  ///   - isDivided: whether the groups' scales are divided by it, or multiplied.
  static func add(
    _ stem: String, codes ending: String, global: String?, isDivided: Bool,
    _ settings: QuantizationSettings
  ) throws(TareError) {
    let codes = try settings.parts.takeWhole(stem + ending, for: "values of 4 bits")
    guard codes.entry.type == "U8", codes.shape.count == 2, codes.shape[1] > 0 else {
      throw codes.bad("\(codes.entry.type) of shape \(codes.shape)", "U8 [outputs, inputs/2]")
    }
    let (outputs, bytes) = (codes.shape[0], codes.shape[1])
    let inputs = 2 * bytes
    var (stored, values) = try settings.parts.takeScale(stem + ".weight_scale")
    let shape = stored.entry.shape
    guard shape.count == 2, shape[0] == outputs, shape[1] > 0, inputs % shape[1] == 0 else {
      throw .badData(
        place: "tensor '\(stored.entry.name)'", found: "shape \(shape)",
        accepted: "[\(outputs), inputs/16], of \(inputs) inputs")
    }
    if let global {
      let whole = try settings.parts.takeFloats(stem + global, for: "the scale of all scales")
      let factor = try whole.values(shaped: [[], [1]])[0]
      for index in values.indices {
        values[index] = isDivided ? values[index] / factor : values[index] * factor
      }
    }
    let scales = try BlockScales(
      stored, values: values, matrices: 1, rows: outputs, columns: inputs, block: nil)
    let packed = PackedTensor(
      kind: global == nil ? "MXFP4" : "NVFP4", height: outputs, matrices: 1, columns: inputs,
      bytes: codes.entry.range.count + values.count, scales: scales
    ) { row, target in
      guard let base = codes.bytes.baseAddress else { return }
      tare_halves(base + row * bytes, 0, false, fourBitFloats, target, inputs)
    }
    try settings.parts.add(
      stem + ".weight", shape: [outputs, inputs], packed, file: codes.file)
  }
}
