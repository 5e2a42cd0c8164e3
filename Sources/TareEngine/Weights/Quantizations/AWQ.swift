/// AWQ (arXiv 2306.00978) in AutoAWQ's layout for matrix products ("gemm").
///
/// `qweight` [inputs, outputs/8] and `qzeros` [groups, outputs/8] hold eight codes of 4 bits in a word,
/// those of outputs 0, 2, 4, 6, 1, 3, 5, 7 from the lowest bits on; `scales` [groups, outputs]. A
/// weight is (code − zero) · scale.
internal import CKernels
package import TareCore

package enum AWQ: WeightQuantization {
  package static let key = "awq"
  package static let summary = "AWQ, 4 bits, in the layout 'gemm'"
  /// Where the code of each of eight outputs stands in its word.
  private static let places = [0, 4, 1, 5, 2, 6, 3, 7]

  package static func unpack(_ settings: QuantizationSettings) throws(TareError) {
    let config = settings.config
    for key in ["version", "format", "checkpoint_format"] {
      if let version = try config.text(key)?.lowercased(), version != "gemm" {
        throw config.error(key, "'\(version)'", "'gemm'")
      }
    }
    let bitsKey = config["w_bit"] == nil ? "bits" : "w_bit"
    try config.refuse(bitsKey, unless: 4)
    try config.refuse("zero_point", unless: true)
    try settings.refuse(["dynamic", "rotation", "adapter"])
    for stem in settings.parts.stems(".qweight") { try layer(stem, &settings.parts) }
  }

  private static func layer(_ stem: String, _ parts: inout PackedParts) throws(TareError) {
    let codes = try parts.takeWhole(stem + ".qweight", for: "codes of AWQ")
    let zeroCodes = try parts.takeWhole(stem + ".qzeros", for: "zero points of AWQ")
    let stored = try parts.takeFloats(stem + ".scales", for: "scales of AWQ")
    let shape = stored.entry.shape
    guard codes.shape.count == 2, shape.count == 2, shape[0] > 0, shape[1] > 0,
      shape[1] % 8 == 0, codes.shape[0] > 0, codes.shape[0] % shape[0] == 0
    else {
      throw codes.bad(
        "shape \(codes.shape) with scales of shape \(shape)",
        "[inputs, outputs/8] and [groups, outputs]")
    }
    let (inputs, groups, outputs) = (codes.shape[0], shape[0], shape[1])
    let words = outputs / 8
    try codes.check(["I32"], [inputs, words])
    try zeroCodes.check(["I32"], [groups, words])
    let scales = try stored.values(shaped: [shape])
    let groupOfInput = (0..<inputs).map { Int32($0 / (inputs / groups)) }
    let packed = PackedTensor(
      kind: "AWQ 4-bit", rows: outputs, columns: inputs,
      bytes: codes.entry.range.count + zeroCodes.entry.range.count + stored.entry.range.count
    ) { range, target in
      guard let base = codes.bytes.baseAddress, let zeroBase = zeroCodes.bytes.baseAddress
      else { return }
      let zeros = FloatBuffer(count: groups)
      for output in range {
        let place = target[from: (output - range.lowerBound) * inputs].base
        let (word, shift) = (output / 8 * 4, 4 * places[output % 8])
        tare_fields(base + word, words * 4, shift, 32, 4, place, inputs)
        tare_fields(zeroBase + word, words * 4, shift, 32, 4, zeros.view.base, groups)
        let own = (0..<groups).map { scales[$0 * outputs + output] }
        tare_affine(place, inputs, groupOfInput, own, zeros.view.base)
      }
    }
    try parts.add(stem + ".weight", shape: [outputs, inputs], packed, file: codes.file)
  }
}
