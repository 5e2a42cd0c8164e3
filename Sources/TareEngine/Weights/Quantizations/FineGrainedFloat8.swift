/// float8 weights with scales: one for all, one a row, or one a block of 128 × 128 as DeepSeek-V3 saves
/// them (`weight_scale_inv`, which is multiplied, for all its name).
package import TareCore

package enum FineGrainedFloat8: WeightQuantization {
  package static let key = "fp8"
  package static let summary = "float8 (E4M3) weights with scales of tensors, rows or blocks"
  package static let otherMethods = ["fbgemm_fp8"]

  package static func unpack(_ settings: QuantizationSettings) throws(TareError) {
    let config = settings.config
    let format = try config.text("fmt") ?? "e4m3"
    guard format == "e4m3" else { throw config.error("fmt", "'\(format)'", "'e4m3'") }
    settings.quantisesActivations = config["quant_method"] != nil
    settings.parts.drop(endings: [".activation_scale", ".input_scale", ".input_scale_ub"])
    try Float8Layers.unpack(settings, block: try block(config))
  }

  /// Rows and columns of a block.
  private static func block(_ config: ModelConfig) throws(TareError) -> (Int, Int)? {
    guard let sizes = config["weight_block_size"] else { return (128, 128) }
    let found = (sizes.array ?? []).compactMap(\.int)
    guard found.count == 2, sizes.array?.count == 2, found.allSatisfy({ $0 > 0 && $0 < 1 << 21 })
    else { throw config.error("weight_block_size", sizes.text(), "two whole numbers") }
    return (found[0], found[1])
  }
}

/// All layers whose weights are float8, whatever the method calls them.
enum Float8Layers {
  /// What the scale's name has after the weight's.
  private static let endings = ["_scale_inv", "_scale"]

  /// Whether there is a float8 weight with scales.
  static func areThere(in parts: PackedParts) -> Bool {
    parts.floats.contains { name, tensor in
      tensor.entry.type == .f8E4M3 && endings.contains { parts.has(name + $0) }
    }
  }

  /// - Parameter block: rows and columns of a block; nil where it divides the matrix evenly.
  /// - Throws: `TareError.badData` for a float8 weight without scales.
  static func unpack(
    _ settings: QuantizationSettings, block: (Int, Int)?
  ) throws(TareError) {
    let names = settings.parts.floats.filter { $0.value.entry.type == .f8E4M3 }.keys.sorted()
    // A scale can be float8 itself (NVFP4): only what is not one is a weight.
    for name in names where !endings.contains(where: { name.hasSuffix($0) }) {
      guard let ending = endings.first(where: { settings.parts.has(name + $0) }) else {
        throw .badData(
          place: "tensor '\(name)'", found: "float8 without a scale",
          accepted: "its scale beside it ('\(name)_scale_inv' or '\(name)_scale')")
      }
      let weight = try settings.parts.takeFloats(name, for: "a weight")
      try add(name, weight, scale: name + ending, settings, block: block)
    }
  }

  private static func add(
    _ name: String, _ weight: StoredTensor, scale: String, _ settings: QuantizationSettings,
    block: (Int, Int)?
  ) throws(TareError) {
    let shape = weight.entry.shape
    guard shape.count == 2 || shape.count == 3, weight.entry.count > 0 else {
      throw .badData(
        place: "tensor '\(name)'", found: "float8 of shape \(shape)",
        accepted: "a matrix, or a matrix for each expert")
    }
    let matrices = shape.count == 3 ? shape[0] : 1
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    let (stored, values) = try settings.parts.takeScale(scale)
    let scales = try BlockScales(
      stored, values: values, matrices: matrices, rows: rows, columns: columns, block: block)
    let packed = PackedTensor(
      kind: "F8_E4M3", height: rows, matrices: matrices, columns: columns,
      bytes: weight.entry.range.count + 4 * values.count, scales: scales
    ) { row, target in
      let start = weight.entry.range.lowerBound + row * columns
      TensorType.f8E4M3.dequantize(
        UnsafeRawBufferPointer(rebasing: weight.file.bytes[start..<(start + columns)]),
        into: FloatView(base: target, count: columns))
    }
    try settings.parts.add(name, shape: shape, packed, file: weight.file)
  }
}

extension PackedParts {
  func has(_ name: String) -> Bool { floats[name] != nil || whole[name] != nil }

  /// Takes scales away, floats or the exponents of powers of two in bytes.
  mutating func takeScale(
    _ name: String
  ) throws(TareError) -> (tensor: StoredTensor, values: [Float]) {
    guard let exponents = takeWholeIfThere(name) else {
      let tensor = try takeFloats(name, for: "scales")
      return (tensor, try tensor.values(shaped: [tensor.entry.shape]))
    }
    guard ["U8", "F8_E8M0"].contains(exponents.entry.type) else {
      throw exponents.bad("scales in \(exponents.entry.type)", "floats, or exponents in U8")
    }
    let entry = TensorEntry(name: name, shape: exponents.shape, type: .f32, range: 0..<0)
    return (
      StoredTensor(entry: entry, file: exponents.file), exponents.bytes.map { powerOfTwo($0) }
    )
  }
}
