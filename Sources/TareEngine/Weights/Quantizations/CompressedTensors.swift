/// compressed-tensors, as llm-compressor saves models.
///
/// `weight_packed` I32 [outputs, inputs·bits/32] holds codes of a row in 32-bit words from the lowest bits
/// on, each the value plus half of the range; `weight` I8 or F8_E4M3 the values as they are;
/// `weight_packed` U8 pairs of E2M1 (NVFP4, MXFP4). `weight_scale` is one number, one a row, or one a
/// group or block; `weight_zero_point` likewise. A weight is (value − zero) · scale.
internal import CKernels
package import TareCore

package enum CompressedTensors: WeightQuantization {
  package static let key = "compressed-tensors"
  package static let summary = "compressed-tensors: packed integers, int8, float8, NVFP4, MXFP4"
  private static let formats: Set<String> = [
    "pack-quantized", "int-quantized", "float-quantized", "naive-quantized", "mixed-precision",
    "nvfp4-pack-quantized", "mxfp4-pack-quantized", "mxfp8-quantized", "dense",
  ]

  package static func unpack(_ settings: QuantizationSettings) throws(TareError) {
    try check(settings)
    let schemes = try Scheme.all(settings.config)
    settings.quantisesActivations = schemes.contains(where: \.quantisesActivations)
    settings.parts.drop(
      endings: [
        ".input_scale", ".input_zero_point", ".input_global_scale", ".output_scale",
        ".output_zero_point", ".k_scale", ".v_scale", ".k_zero_point", ".v_zero_point",
        ".q_scale", ".input_g_idx",
      ])
    for stem in settings.parts.stems(".weight_packed") {
      if settings.parts.whole[stem + ".weight_packed"]?.entry.type == "U8" {
        let hasGlobal = settings.parts.has(stem + ".weight_global_scale")
        try FourBitLayers.add(
          stem, codes: ".weight_packed", global: hasGlobal ? ".weight_global_scale" : nil,
          isDivided: true, settings)
      } else {
        try PackedIntegers.add(stem, schemes, settings)
      }
    }
    for stem in settings.parts.stems(".weight_scale") {
      guard settings.parts.whole[stem + ".weight"] != nil else { continue }
      try eightBits(stem, schemes, settings)
    }
    try Float8Layers.unpack(settings, block: Scheme.block(schemes))
  }

  private static func check(_ settings: QuantizationSettings) throws(TareError) {
    let config = settings.config
    try settings.refuse(["transform_config"])
    var found = [config["format"]]
    for (_, group) in config["config_groups"]?.object?.members ?? [] {
      found.append(group["format"])
    }
    for format in found {
      guard let format, format != .null else { continue }
      guard let name = format.string, formats.contains(name) else {
        throw config.error("format", format.text(), formats.sorted().joined(separator: ", "))
      }
    }
    if let sparsity = config["sparsity_config"]?["format"]?.string, sparsity != "dense" {
      throw config.error("sparsity_config", "the format '\(sparsity)'", "'dense'")
    }
    if let status = try config.text("quantization_status"),
      !["compressed", "frozen"].contains(status)
    {
      throw config.error("quantization_status", "'\(status)'", "'compressed'")
    }
  }

  /// `weight` as bytes with signs.
  private static func eightBits(
    _ stem: String, _ schemes: [Scheme], _ settings: QuantizationSettings
  ) throws(TareError) {
    let codes = try settings.parts.takeWhole(stem + ".weight", for: "values of 8 bits")
    guard codes.entry.type == "I8", codes.shape.count == 2, !codes.entry.range.isEmpty else {
      throw codes.bad("\(codes.entry.type) of shape \(codes.shape)", "I8 [outputs, inputs]")
    }
    let (rows, columns) = (codes.shape[0], codes.shape[1])
    let (stored, values) = try settings.parts.takeScale(stem + ".weight_scale")
    let scales = try BlockScales(
      stored, values: values, matrices: 1, rows: rows, columns: columns,
      block: Scheme.block(schemes))
    var zeros: [Float]?
    if let found = settings.parts.takeWholeIfThere(stem + ".weight_zero_point") {
      guard found.entry.type == "I8", found.shape.reduce(1, *) == values.count else {
        throw found.bad(
          "\(found.entry.type) of shape \(found.shape)", "I8 of shape \(stored.entry.shape)")
      }
      zeros = found.integers.map { Float($0) }
    } else if schemes.allSatisfy({ !$0.isSymmetric }) {
      throw settings.parts.missing(stem + ".weight_zero_point", "zero points (asymmetric)")
    }
    let packed = PackedTensor(
      kind: "int8", height: rows, matrices: 1, columns: columns,
      bytes: codes.entry.range.count + 4 * values.count, scales: scales, zeros: zeros
    ) { row, target in
      let bytes = codes.bytes
      for column in 0..<columns {
        target[column] = Float(Int8(bitPattern: bytes[row * columns + column]))
      }
    }
    try settings.parts.add(
      stem + ".weight", shape: [rows, columns], packed, file: codes.file)
  }
}

extension CompressedTensors {
  /// What a group of layers is quantised to.
  struct Scheme {
    let bits: Int
    let isSymmetric: Bool
    let quantisesActivations: Bool
    let block: (rows: Int, columns: Int)?

    static func all(_ config: ModelConfig) throws(TareError) -> [Scheme] {
      var schemes: [Scheme] = []
      for (name, group) in config["config_groups"]?.object?.members ?? [] {
        guard let weights = group["weights"]?.object else { continue }
        guard let bits = weights["num_bits"]?.int, (1...8).contains(bits) else {
          throw config.error(
            "config_groups",
            "\(weights["num_bits"]?.text() ?? "nothing") for num_bits of '\(name)'",
            "1 to 8")
        }
        let sizes = (weights["block_structure"]?.array ?? []).compactMap(\.int)
        schemes.append(
          Scheme(
            bits: bits, isSymmetric: weights["symmetric"]?.bool ?? true,
            quantisesActivations: group["input_activations"]?.object != nil,
            block: sizes.count == 2 && sizes.allSatisfy { (1..<(1 << 21)).contains($0) }
              ? (sizes[0], sizes[1]) : nil))
      }
      guard !schemes.isEmpty else {
        throw config.error("config_groups", "no group with weights", "the bits of the weights")
      }
      return schemes
    }

    static func block(_ schemes: [Scheme]) -> (Int, Int)? {
      schemes.compactMap(\.block).first.map { ($0.rows, $0.columns) }
    }
  }
}

/// Layers of packed integers.
private enum PackedIntegers {
  static func add(
    _ stem: String, _ schemes: [CompressedTensors.Scheme], _ settings: QuantizationSettings
  ) throws(TareError) {
    let codes = try settings.parts.takeWhole(stem + ".weight_packed", for: "codes")
    let extents = try settings.parts.takeWhole(stem + ".weight_shape", for: "outputs and inputs")
    let shape = extents.integers
    guard shape.count == 2, shape.allSatisfy({ (1..<(1 << 21)).contains($0) }) else {
      throw extents.bad("\(shape)", "outputs and inputs")
    }
    let (rows, columns) = (shape[0], shape[1])
    // Codes that cross words were packed otherwise by older versions: then the words are more.
    let fitting = Set(schemes.map(\.bits)).filter {
      codes.shape == [rows, (columns * $0 + 31) / 32]
    }
    guard let bits = fitting.first, fitting.count == 1, codes.entry.type == "I32" else {
      throw codes.bad(
        "\(codes.entry.type) of shape \(codes.shape) for a weight of shape \(shape)",
        "I32 [outputs, inputs·bits/32] with the bits of 'config_groups'")
    }
    let (stored, values) = try settings.parts.takeScale(stem + ".weight_scale")
    let groups = stored.entry.shape.reduce(1, *) == 1 ? 1 : stored.entry.shape.last ?? 1
    guard stored.entry.shape == [rows, groups] || stored.entry.shape.reduce(1, *) == 1,
      groups > 0, columns % groups == 0
    else {
      throw .badData(
        place: "tensor '\(stored.entry.name)'", found: "shape \(stored.entry.shape)",
        accepted: "[\(rows), groups] of \(columns) inputs, or one number")
    }
    let size = columns / groups
    let zeros = try zeroPoints(stem, bits, rows: rows, groups: groups, schemes, &settings.parts)
    let groupOfInput = try order(stem, columns: columns, size: size, groups, &settings.parts)
    let isOne = values.count == 1
    let words = codes.shape[1]
    let packed = PackedTensor(
      kind: "int\(bits)", rows: rows, columns: columns,
      bytes: codes.entry.range.count + stored.entry.range.count
    ) { range, target in
      guard let base = codes.bytes.baseAddress else { return }
      for row in range {
        let place = target[from: (row - range.lowerBound) * columns].base
        tare_fields(base + row * words * 4, 4, 0, bits, Int32(bits), place, columns)
        let own = isOne ? values : Array(values[(row * groups)..<((row + 1) * groups)])
        let zero = Array(zeros[(row * groups)..<((row + 1) * groups)])
        tare_affine(place, columns, groupOfInput, own, zero)
      }
    }
    try settings.parts.add(stem + ".weight", shape: shape, packed, file: codes.file)
  }

  /// Zero points as codes, [rows, groups]: half of the range for symmetric weights.
  private static func zeroPoints(
    _ stem: String, _ bits: Int, rows: Int, groups: Int, _ schemes: [CompressedTensors.Scheme],
    _ parts: inout PackedParts
  ) throws(TareError) -> [Float] {
    let half = Float(1 << (bits - 1))
    let name = stem + ".weight_zero_point"
    guard let found = parts.takeWholeIfThere(name) else {
      guard schemes.contains(where: { $0.bits == bits && $0.isSymmetric }) else {
        throw parts.missing(name, "zero points (asymmetric)")
      }
      return Array(repeating: half, count: rows * groups)
    }
    if found.entry.type == "I8" {
      try found.check(["I8"], [rows, groups])
      return found.integers.map { Float($0) + half }
    }
    // Packed down the rows.
    try found.check(["I32"], [(rows * bits + 31) / 32, groups])
    let buffer = FloatBuffer(count: rows)
    var zeros = [Float](repeating: 0, count: rows * groups)
    guard let base = found.bytes.baseAddress else { return zeros }
    for group in 0..<groups {
      tare_fields(base + group * 4, groups * 4, 0, bits, Int32(bits), buffer.view.base, rows)
      for row in 0..<rows { zeros[row * groups + group] = buffer.view.base[row] }
    }
    return zeros
  }

  /// The group of each input: in order, or as `weight_g_idx` says, unless it is all −1.
  private static func order(
    _ stem: String, columns: Int, size: Int, _ groups: Int, _ parts: inout PackedParts
  ) throws(TareError) -> [Int32] {
    let plain = (0..<columns).map { Int32($0 / size) }
    guard let found = parts.takeWholeIfThere(stem + ".weight_g_idx") else { return plain }
    try found.check(["I32", "I64"], [columns])
    let indices = found.integers
    if indices.allSatisfy({ $0 == -1 }) { return plain }
    guard indices.allSatisfy({ (0..<groups).contains($0) }) else {
      throw found.bad("groups outside of 0…\(groups - 1)", "the group of each input")
    }
    return indices.map { Int32($0) }
  }
}
