/// torchao's tensors as its safetensors support flattens them: the file's metadata says of each weight
/// NAME.weight of what class it is, and NAME._weight_qdata, _weight_scale and so on are its parts.
///
/// Int4Tensor: `qdata` [outputs, inputs/2], two numbers with signs in a byte, low one first; scale and
/// zero point [groups, outputs]; a weight is value · scale + zero point. The others:
/// (value − zero point) · scale, by blocks.
internal import CKernels
package import TareCore

package enum TorchAO: WeightQuantization {
  package static let key = "torchao"
  package static let summary =
    "torchao's Int4Tensor, Int8Tensor, IntxUnpackedToInt8Tensor, Float8Tensor"

  package static func unpack(_ settings: QuantizationSettings) throws(TareError) {
    guard let list = settings.parts.metadata["tensor_names"]?.string,
      let names = (try? JSONValue(parsing: Array(list.utf8)))?.array?.compactMap(\.string)
    else {
      throw .badData(
        place: "metadata 'tensor_names'", found: "nothing",
        accepted: "the tensors' classes, as torchao's safetensors support writes them")
    }
    // Each shard lists its own.
    let described = Set(names + settings.parts.metadata.members.map(\.key))
    for name in described.sorted() {
      guard let text = settings.parts.metadata[name]?.string,
        let value = try? JSONValue(parsing: Array(text.utf8)), let type = value["_type"]?.string,
        type != "Tensor"
      else { continue }
      try add(name, type, value["_data"] ?? .null, settings)
    }
  }

  private static func add(
    _ name: String, _ type: String, _ data: JSONValue, _ settings: QuantizationSettings
  ) throws(TareError) {
    let dot = name.lastIndex(of: ".").map { name.index(after: $0) } ?? name.startIndex
    let stem = "\(name[..<dot])_\(name[dot...])_"
    for part in ["act_pre_scale", "act_quant_zero_point"] where settings.parts.has(stem + part) {
      throw .badData(
        place: "tensor '\(stem)\(part)'", found: "activations that are scaled",
        accepted: "weights alone (it is not supported)")
    }
    if settings.parts.drop(endings: [stem + "act_quant_scale"])
      || (data["act_quant_kwargs"] ?? .null) != .null
      || (data["activation_quantization"] ?? .null) != .null
    {
      settings.quantisesActivations = true
    }
    switch type {
    case "Int4Tensor": try fourBits(name, stem, settings)
    case "Int8Tensor", "IntxUnpackedToInt8Tensor": try eightBits(name, stem, settings)
    case "Float8Tensor": try float8(name, stem, settings)
    default:
      throw .badData(
        place: "tensor '\(name)'", found: "torchao's class \(type)",
        accepted: "Int4Tensor, Int8Tensor, IntxUnpackedToInt8Tensor, Float8Tensor")
    }
  }

  private static func fourBits(
    _ name: String, _ stem: String, _ settings: QuantizationSettings
  ) throws(TareError) {
    let codes = try settings.parts.takeWhole(stem + "qdata", for: "values of 4 bits")
    let stored = try settings.parts.takeFloats(stem + "scale", for: "scales")
    let shape = stored.entry.shape
    guard ["I8", "U8"].contains(codes.entry.type), codes.shape.count == 2, codes.shape[1] > 0,
      shape.count == 2, shape[1] == codes.shape[0], shape[0] > 0,
      2 * codes.shape[1] % shape[0] == 0
    else {
      throw codes.bad(
        "\(codes.entry.type) of shape \(codes.shape) with scales of shape \(shape)",
        "[outputs, inputs/2] and [groups, outputs]")
    }
    let (rows, bytes, groups) = (codes.shape[0], codes.shape[1], shape[0])
    let scales = try stored.values(shaped: [shape])
    let zeros = try settings.parts.takeFloats(stem + "zero_point", for: "zero points")
      .values(shaped: [shape])
    let signed: [Float] = (0..<16).map { Float($0 < 8 ? $0 : $0 - 16) }
    let size = 2 * bytes / groups
    let packed = PackedTensor(
      kind: "torchao int4", rows: rows, columns: 2 * bytes,
      bytes: codes.entry.range.count + 2 * stored.entry.range.count
    ) { range, target in
      guard let base = codes.bytes.baseAddress else { return }
      for row in range {
        let place = target[from: (row - range.lowerBound) * 2 * bytes].base
        tare_halves(base + row * bytes, 0, false, signed, place, 2 * bytes)
        for group in 0..<groups {
          let (scale, zero) = (scales[group * rows + row], zeros[group * rows + row])
          for column in (group * size)..<((group + 1) * size) {
            place[column] = place[column] * scale + zero
          }
        }
      }
    }
    try settings.parts.add(name, shape: [rows, 2 * bytes], packed, file: codes.file)
  }

  private static func eightBits(
    _ name: String, _ stem: String, _ settings: QuantizationSettings
  ) throws(TareError) {
    let codes = try settings.parts.takeWhole(stem + "qdata", for: "values of 8 bits")
    guard codes.entry.type == "I8", codes.shape.count == 2, !codes.entry.range.isEmpty else {
      throw codes.bad("\(codes.entry.type) of shape \(codes.shape)", "I8 [outputs, inputs]")
    }
    let (rows, columns) = (codes.shape[0], codes.shape[1])
    let (stored, values) = try settings.parts.takeScale(stem + "scale")
    let scales = try BlockScales(
      stored, values: values, matrices: 1, rows: rows, columns: columns, block: nil)
    var zeros: [Float]?
    if let whole = settings.parts.takeWholeIfThere(stem + "zero_point") {
      zeros = whole.integers.map { Float($0) }
    } else if let floats = settings.parts.takeFloatsIfThere(stem + "zero_point") {
      zeros = try floats.values(shaped: [floats.entry.shape])
    }
    guard zeros == nil || zeros?.count == values.count else {
      throw .badData(
        place: "tensor '\(stem)zero_point'", found: "\(zeros?.count ?? 0) numbers",
        accepted: "\(values.count), one for each scale")
    }
    let packed = PackedTensor(
      kind: "torchao int8", height: rows, matrices: 1, columns: columns,
      bytes: codes.entry.range.count + 4 * values.count, scales: scales, zeros: zeros
    ) { row, target in
      let bytes = codes.bytes
      for column in 0..<columns {
        target[column] = Float(Int8(bitPattern: bytes[row * columns + column]))
      }
    }
    try settings.parts.add(name, shape: [rows, columns], packed, file: codes.file)
  }

  private static func float8(
    _ name: String, _ stem: String, _ settings: QuantizationSettings
  ) throws(TareError) {
    let weight = try settings.parts.takeFloats(stem + "qdata", for: "values of 8 bits")
    guard weight.entry.type == .f8E4M3, weight.entry.shape.count == 2, weight.entry.count > 0
    else {
      throw .badData(
        place: "tensor '\(stem)qdata'",
        found: "\(weight.entry.type.name) of shape \(weight.entry.shape)",
        accepted: "F8_E4M3 [outputs, inputs]")
    }
    let (rows, columns) = (weight.entry.shape[0], weight.entry.shape[1])
    let (stored, values) = try settings.parts.takeScale(stem + "scale")
    let scales = try BlockScales(
      stored, values: values, matrices: 1, rows: rows, columns: columns, block: nil)
    let packed = PackedTensor(
      kind: "F8_E4M3", height: rows, matrices: 1, columns: columns,
      bytes: weight.entry.range.count + 4 * values.count, scales: scales
    ) { row, target in
      let start = weight.entry.range.lowerBound + row * columns
      TensorType.f8E4M3.dequantize(
        UnsafeRawBufferPointer(rebasing: weight.file.bytes[start..<(start + columns)]),
        into: FloatView(base: target, count: columns))
    }
    try settings.parts.add(name, shape: [rows, columns], packed, file: weight.file)
  }
}
