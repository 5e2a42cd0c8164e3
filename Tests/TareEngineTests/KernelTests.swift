import CKernels
import Foundation
import TareTesting
import Testing

/// Every table that this machine can run, against plain twins in double precision.
@Suite struct KernelTests {
  static let tables = 0..<Int(tare_kernel_table_count())

  static func random(_ count: Int, seed: UInt64, scale: Float = 1) -> [Float] {
    var generator = SplitMix(state: seed)
    return (0..<count).map { _ in Float.random(in: -scale...scale, using: &generator) }
  }

  @Test(arguments: tables)
  func `exp is right to 3 ulp and keeps its edges`(table: Int) {
    let kernels = tare_kernel_table(Int32(table)).pointee
    let x = Self.random(1003, seed: 1, scale: 87) + [0, -87.4, -1000, -.infinity, 88]
    var y = [Float](repeating: 0, count: x.count)
    kernels.exponential(&y, x, x.count)
    for (x, y) in zip(x, y) {
      let exact = Float(exp(Double(x)))
      // Under the smallest normal number the kernel gives 0.
      let wanted = x < -87.3365 ? 0 : exact
      #expect(abs(y - wanted) <= 3 * wanted.ulp, "exp(\(x)) = \(y), wanted \(wanted)")
    }
  }

  @Test(arguments: tables, [1, 5, 16, 31, 64, 575])
  func `norm and SwiGLU equal their twins at any width`(table: Int, width: Int) {
    let kernels = tare_kernel_table(Int32(table)).pointee
    let x = Self.random(3 * width, seed: 2, scale: 4)
    let weight = Self.random(width, seed: 3)
    var y = [Float](repeating: 0, count: 3 * width)
    kernels.rmsNorm(&y, x, weight, 3, width, 1e-5)
    var wanted: [Float] = []
    for row in 0..<3 {
      let values = x[(row * width)..<((row + 1) * width)].map(Double.init)
      let mean = values.reduce(0) { $0 + $1 * $1 } / Double(width)
      wanted += zip(values, weight).map { Float($0 / (mean + 1e-5).squareRoot() * Double($1)) }
    }
    // Sum of `width` squares and four rounded operations on values up to 4.
    expectClose(y, wanted, tolerance: 4 * .ulpOfOne * Float(width).squareRoot() * 4)

    let gateUp = Self.random(3 * 2 * width, seed: 4, scale: 8)
    kernels.swiGLU(&y, gateUp, 3, width)
    wanted = (0..<(3 * width)).map { index in
      let at = index / width * 2 * width + index % width
      let gate = Double(gateUp[at])
      return Float(gate / (1 + exp(-gate)) * Double(gateUp[at + width]))
    }
    expectClose(y, wanted, tolerance: 64 * 6 * .ulpOfOne)
  }

  @Test(arguments: tables, [2, 10, 64, 96])
  func `rotation turns pairs half a head apart`(table: Int, headDim: Int) {
    let kernels = tare_kernel_table(Int32(table)).pointee
    let half = headDim / 2
    let angles = Self.random(half, seed: 5, scale: 3)
    let (cosine, sine) = (angles.map { cos($0) }, angles.map { sin($0) })
    let before = Self.random(2 * headDim, seed: 6)
    var row = before
    kernels.rotate(&row, 2, headDim, cosine, sine)
    var wanted = before
    for head in 0..<2 {
      for i in 0..<half {
        let (a, b) = (before[head * headDim + i], before[head * headDim + half + i])
        wanted[head * headDim + i] = a * cosine[i] - b * sine[i]
        wanted[head * headDim + half + i] = b * cosine[i] + a * sine[i]
      }
    }
    expectClose(row, wanted, tolerance: 4 * .ulpOfOne)
  }

  /// Attention of every row of one head, in double precision.
  static func plainAttention(
    _ query: [Float], _ key: [Float], _ value: [Float], rows: Int, headDim: Int, scale: Float
  ) -> [Float] {
    var output: [Float] = []
    for row in 0..<rows {
      let logits = (0...row).map { position in
        (0..<headDim).reduce(0.0) {
          $0 + Double(query[row * headDim + $1]) * Double(key[position * headDim + $1])
        } * Double(scale)
      }
      let top = logits.max() ?? 0
      let weights = logits.map { exp($0 - top) }
      let total = weights.reduce(0, +)
      output += (0..<headDim).map { i in
        Float(
          (0...row).reduce(0.0) { $0 + weights[$1] * Double(value[$1 * headDim + i]) } / total)
      }
    }
    return output
  }

  @Test(arguments: tables, [(1, 64), (63, 16), (64, 64), (65, 20), (200, 80), (130, 7)])
  func `attention equals its plain twin at odd lengths and head sizes`(
    table: Int, shape: (rows: Int, headDim: Int)
  ) {
    let kernels = tare_kernel_table(Int32(table)).pointee
    let (rows, headDim) = shape
    let panel = Int(TARE_KEY_PANEL)
    let query = Self.random(rows * headDim, seed: 7, scale: 3)
    let key = Self.random(rows * headDim, seed: 8, scale: 3)
    let value = Self.random(rows * headDim, seed: 9)
    let panels = (rows + panel - 1) / panel
    // What lies past the last key must not matter, so it is NaN.
    var keyPanels = [Float](repeating: .nan, count: panels * headDim * panel)
    for row in 0..<rows {
      for i in 0..<headDim {
        keyPanels[(row / panel * headDim + i) * panel + row % panel] = key[row * headDim + i]
      }
    }
    let scale = 1 / Float(headDim).squareRoot()
    var output = [Float](repeating: 0, count: rows * headDim)
    var scratch = [Float](repeating: .nan, count: tare_attention_scratch(Int32(headDim)))
    // Tiles that do not line up with panels: results may not depend on the cut.
    for start in stride(from: 0, to: rows, by: 50) {
      let count = min(50, rows - start)
      query.withUnsafeBufferPointer { query in
        keyPanels.withUnsafeBufferPointer { keyPanels in
          value.withUnsafeBufferPointer { value in
            output.withUnsafeMutableBufferPointer { output in
              var tile = TareAttentionTile(
                query: query.baseAddress! + start * headDim, queryStride: headDim,
                keyPanels: keyPanels.baseAddress!, value: value.baseAddress!,
                valueStride: headDim, output: output.baseAddress! + start * headDim,
                outputStride: headDim, queryStart: Int32(start), queryCount: Int32(count),
                headDim: Int32(headDim), scale: scale)
              kernels.attention(&tile, &scratch)
            }
          }
        }
      }
    }
    let wanted = Self.plainAttention(
      query, key, value, rows: rows, headDim: headDim, scale: scale)
    // A logit of size 9·√headDim is rounded headDim times; its error, times the values (≤ 1), twice.
    let logit = 9 * Float(headDim).squareRoot()
    expectClose(
      output, wanted, tolerance: 4 * logit * .ulpOfOne * Float(headDim).squareRoot() + 1e-6)
  }
}
