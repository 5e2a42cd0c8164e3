/// GPTQ (arXiv 2210.17323) as AutoGPTQ and GPTQModel save it.
///
/// `qweight` [inputs·bits/32, outputs] holds the codes of an output down a column, `qzeros`
/// [groups, outputs·bits/32] the zero points along a row, both in 32-bit words from the lowest bits on;
/// `scales` [groups, outputs]; `g_idx` [inputs] the group of each input. A weight is
/// (code − zero) · scale. Version 1 of the format keeps zero − 1.
internal import CKernels
package import TareCore

package enum GPTQ: WeightQuantization {
  package static let key = "gptq"
  package static let summary = "GPTQ, 2, 3, 4 and 8 bits, versions 1 and 2"
  /// AutoRound's folders in this layout; others name another packing, which is refused.
  package static let otherMethods = ["auto-round"]

  package static func unpack(_ settings: QuantizationSettings) throws(TareError) {
    let config = settings.config
    try settings.refuse(["is_marlin_format", "rotation", "adapter", "planar", "extra_config"])
    let format = try version(config)
    let common = try config.count("bits")
    let hasOthers = config["dynamic"]?.object?.isEmpty == false
    let carries =
      config["meta"]?["quantizer"]?.array?.contains { $0.string?.hasPrefix("gptqmodel") == true }
      ?? (config["meta"]?["quantizer"]?.string?.hasPrefix("gptqmodel") == true)
    for stem in settings.parts.stems(".qweight") {
      let layer = try Layer(stem, &settings.parts)
      let bits = layer.bits(hasOthers ? [2, 3, 4, 8] : [common])
      guard let bits, [2, 3, 4, 8].contains(bits) else {
        throw config.error(
          "bits", "\(common), and \(layer.codes.shape[0]) rows of codes for \(layer.inputs) inputs",
          "2, 3, 4 or 8 bits that fit the tensors")
      }
      let zeros = try layer.zeros(bits, isFirstVersion: format == 1, carries: carries)
      try settings.parts.add(
        stem + ".weight", shape: [layer.outputs, layer.inputs], layer.packed(bits, zeros: zeros),
        file: layer.codes.file)
    }
  }

  private static func version(_ config: ModelConfig) throws(TareError) -> Int {
    if try config.text("quant_method") == "auto-round" {
      let packing = try config.text("packing_format") ?? "nothing"
      guard packing == "auto_round:auto_gptq" else {
        throw config.error("packing_format", "'\(packing)'", "'auto_round:auto_gptq'")
      }
      return 1
    }
    if let type = try config.text("pack_dtype"), !type.hasSuffix("int32") {
      throw config.error("pack_dtype", "'\(type)'", "'int32'")
    }
    let key = config["checkpoint_format"] == nil ? "format" : "checkpoint_format"
    return try config.choice(key, ["gptq": 1, "gptq_v2": 2], default: 1)
  }
}

/// The tensors of one linear layer.
private struct Layer {
  let codes: WholeTensor
  private let zeroCodes: WholeTensor
  private let scales: [Float]
  private let groupOfInput: [Int32]
  private let groups: Int
  let outputs: Int
  let inputs: Int

  init(_ stem: String, _ parts: inout PackedParts) throws(TareError) {
    codes = try parts.takeWhole(stem + ".qweight", for: "codes of GPTQ")
    zeroCodes = try parts.takeWhole(stem + ".qzeros", for: "zero points of GPTQ")
    let scales = try parts.takeFloats(stem + ".scales", for: "scales of GPTQ")
    let shape = scales.entry.shape
    guard codes.entry.type == "I32", codes.shape.count == 2, shape.count == 2,
      codes.shape[0] > 0, shape[0] > 0, shape[1] > 0, codes.shape[1] == shape[1]
    else {
      throw codes.bad(
        "\(codes.entry.type) of shape \(codes.shape) with scales of shape \(shape)",
        "I32 [inputs·bits/32, outputs] and [groups, outputs]")
    }
    (groups, outputs) = (shape[0], shape[1])
    self.scales = try scales.values(shaped: [shape])
    guard let indices = parts.takeWholeIfThere(stem + ".g_idx") else {
      throw parts.missing(stem + ".g_idx", "the group of each input (GPTQ)")
    }
    inputs = indices.shape.reduce(1, *)
    try indices.check(["I32", "I64"], [inputs])
    let found = indices.integers
    let groups = groups
    guard found.allSatisfy({ (0..<groups).contains($0) }) else {
      throw indices.bad("groups outside of 0…\(groups - 1)", "the group of each input")
    }
    groupOfInput = found.map { Int32($0) }
  }

  /// Those bits of the ones given with which the codes fill their tensor.
  func bits(_ candidates: [Int]) -> Int? {
    candidates.first { bits in
      inputs * bits == codes.shape[0] * 32
        && zeroCodes.shape == [groups, (outputs * bits + 31) / 32]
    }
  }

  /// The zero points, [groups, outputs].
  ///
  /// - Parameter carries: whether a code of all ones in version 1 came of a borrow, as GPTQModel writes
  ///   a zero point of 0; without, implementations differ about it.
  func zeros(_ bits: Int, isFirstVersion: Bool, carries: Bool) throws(TareError) -> [Float] {
    try zeroCodes.check(["I32"], [groups, (outputs * bits + 31) / 32])
    var words = zeroCodes.integers.map { UInt32(truncatingIfNeeded: $0) }
    let isBorrowed = isFirstVersion && carries && bits != 3
    if isBorrowed {
      let ones: UInt32 = bits == 2 ? 0x5555_5555 : bits == 4 ? 0x1111_1111 : 0x0101_0101
      for index in words.indices { words[index] = words[index] &+ ones }
    }
    let zeros = FloatBuffer(count: groups * outputs)
    let width = zeroCodes.shape[1]
    words.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      for group in 0..<groups {
        tare_fields(
          start + group * width * 4, 4, 0, bits, Int32(bits),
          zeros.view[from: group * outputs].base, outputs)
      }
    }
    var values = zeros.view.array
    guard isFirstVersion, !isBorrowed else { return values }
    let most = Float((1 << bits) - 1)
    guard !values.contains(most) else {
      throw zeroCodes.bad(
        "the code \(Int(most)) for a zero point, which GPTQ's implementations read differently",
        "smaller codes, or a folder saved by GPTQModel or in format gptq_v2")
    }
    for index in values.indices { values[index] += 1 }
    return values
  }

  func packed(_ bits: Int, zeros: [Float]) -> PackedTensor {
    let (codes, scales, groupOfInput) = (codes, scales, groupOfInput)
    let (inputs, outputs, groups) = (inputs, outputs, groups)
    return PackedTensor(
      kind: "GPTQ \(bits)-bit", rows: outputs, columns: inputs,
      bytes: codes.entry.range.count + zeroCodes.entry.range.count + 2 * groups * outputs
    ) { range, target in
      guard let base = codes.bytes.baseAddress else { return }
      for output in range {
        let place = target[from: (output - range.lowerBound) * inputs].base
        tare_fields(base + output * 4, outputs * 4, 0, bits, Int32(bits), place, inputs)
        let own = (0..<groups).map { (scales[$0 * outputs + output], zeros[$0 * outputs + output]) }
        tare_affine(place, inputs, groupOfInput, own.map(\.0), own.map(\.1))
      }
    }
  }
}
