/// MLX's affine quantisation (mlx.core.quantize), as mlx-lm saves models: `weight` U32
/// [outputs, inputs·bits/32] holds codes of a row from the lowest bits on, `scales` and `biases`
/// [outputs, groups]. A weight is code · scale + bias.
internal import CKernels
package import TareCore

package enum MLXAffine: WeightQuantization {
  package static let key = "mlx"
  package static let summary = "MLX's affine quantization, 2 to 8 bits"

  package static func recognises(_ settings: JSONObject) -> Bool {
    settings["group_size"] != nil && settings["bits"] != nil
  }

  package static func unpack(_ settings: QuantizationSettings) throws(TareError) {
    let config = settings.config
    try config.refuse("mode", unless: "affine")
    // Layers may have sizes of their own, as objects under their names.
    var candidates = [(bits: try config.count("bits"), size: try config.count("group_size"))]
    for (_, value) in config.values.members {
      if let bits = value["bits"]?.int, let size = value["group_size"]?.int {
        if let mode = value["mode"]?.string, mode != "affine" {
          throw config.error("mode", "'\(mode)'", "'affine'")
        }
        candidates.append((bits, size))
      }
    }
    guard candidates.allSatisfy({ (2...8).contains($0.bits) && (8...1024).contains($0.size) })
    else { throw config.error("bits", "\(candidates[0].bits)", "2 to 8") }
    for stem in settings.parts.stems(".biases") { try layer(stem, candidates, &settings.parts) }
  }

  private static func layer(
    _ stem: String, _ candidates: [(bits: Int, size: Int)], _ parts: inout PackedParts
  ) throws(TareError) {
    let codes = try parts.takeWhole(stem + ".weight", for: "codes")
    let stored = try parts.takeFloats(stem + ".scales", for: "scales")
    let shape = stored.entry.shape
    guard codes.entry.type == "U32", codes.shape.count >= 2, codes.shape.count == shape.count,
      codes.shape.dropLast() == shape.dropLast(), !codes.entry.range.isEmpty,
      let words = codes.shape.last, let groups = shape.last, groups > 0
    else {
      throw codes.bad(
        "\(codes.entry.type) of shape \(codes.shape) with scales of shape \(shape)",
        "U32 [outputs, inputs·bits/32] and [outputs, groups]")
    }
    guard
      let found = candidates.first(where: { $0.size * groups * $0.bits == words * 32 })
    else {
      throw codes.bad(
        "\(words) words for \(groups) groups", "the bits and group_size of config.json")
    }
    let (bits, size, columns) = (found.bits, found.size, found.size * groups)
    let scales = try stored.values(shaped: [shape])
    let biases = try parts.takeFloats(stem + ".biases", for: "biases").values(shaped: [shape])
    let rows = codes.shape.dropLast().reduce(1, *)
    let packed = PackedTensor(
      kind: "MLX \(bits)-bit", rows: rows, columns: columns,
      bytes: codes.entry.range.count + 2 * stored.entry.range.count
    ) { range, target in
      guard let base = codes.bytes.baseAddress else { return }
      for row in range {
        let place = target[from: (row - range.lowerBound) * columns].base
        tare_fields(base + row * words * 4, 4, 0, bits, Int32(bits), place, columns)
        for group in 0..<groups {
          let (scale, bias) = (scales[row * groups + group], biases[row * groups + group])
          for column in (group * size)..<((group + 1) * size) {
            place[column] = place[column] * scale + bias
          }
        }
      }
    }
    try parts.add(
      stem + ".weight", shape: Array(codes.shape.dropLast()) + [columns], packed,
      file: codes.file)
  }
}
