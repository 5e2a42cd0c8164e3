/// The experts of gpt-oss in MXFP4 (OCP MX specification): `NAME_blocks` [experts, outputs, groups, 16]
/// hold 32 values of E2M1 each, low half bytes first, `NAME_scales` [experts, outputs, groups] their
/// exponents. transformers has the experts' matrices as [inputs, outputs].
internal import CKernels
package import TareCore

package enum MXFP4Experts: WeightQuantization {
  package static let key = "mxfp4"
  package static let summary = "MXFP4 experts of gpt-oss"

  package static func unpack(_ settings: QuantizationSettings) throws(TareError) {
    for stem in settings.parts.stems("_blocks") {
      let blocks = try settings.parts.takeWhole(stem + "_blocks", for: "blocks of MXFP4")
      let exponents = try settings.parts.takeWhole(stem + "_scales", for: "scales of MXFP4")
      let shape = blocks.shape
      guard shape.count == 4, shape[3] == 16, !blocks.entry.range.isEmpty else {
        throw blocks.bad("shape \(shape)", "[experts, outputs, groups, 16]")
      }
      try blocks.check(["U8"], shape)
      try exponents.check(["U8", "F8_E8M0"], Array(shape.dropLast()))
      let (experts, outputs, groups) = (shape[0], shape[1], shape[2])
      let columns = groups * 32
      let packed = PackedTensor(
        kind: "MXFP4", rows: experts * outputs, columns: columns,
        bytes: blocks.entry.range.count + exponents.entry.range.count
      ) { range, target in
        guard let base = blocks.bytes.baseAddress else { return }
        let scales = exponents.bytes
        for row in range {
          let place = target[from: (row - range.lowerBound) * columns].base
          tare_halves(base + row * groups * 16, 0, false, fourBitFloats, place, columns)
          for group in 0..<groups {
            let scale = powerOfTwo(scales[row * groups + group])
            for column in (group * 32)..<(group * 32 + 32) { place[column] *= scale }
          }
        }
      }
      try settings.parts.add(
        stem, shape: [experts, columns, outputs], packed.transposed(height: outputs),
        file: blocks.file)
    }
  }
}
