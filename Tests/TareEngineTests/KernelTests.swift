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

  static let activations: [(TareActivation, @Sendable (Double) -> Double)] = [
    (TARE_SILU, { $0 / (1 + exp(-$0)) }),
    (
      TARE_GELU_TANH,
      { $0 / 2 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
    ),
    (TARE_GELU, { $0 / 2 * (1 + erf($0 / 2.0.squareRoot())) }),
    (TARE_RELU, { max($0, 0) }), (TARE_TANH, { tanh($0) }),
  ]

  @Test(arguments: tables, [1, 5, 16, 31, 64, 575])
  func `layer norm equals its twin at any width`(table: Int, width: Int) {
    let kernels = tare_kernel_table(Int32(table)).pointee
    let x = Self.random(3 * width, seed: 12, scale: 4)
    let (weight, bias) = (Self.random(width, seed: 13), Self.random(width, seed: 14))
    var y = [Float](repeating: 0, count: 3 * width)
    kernels.layerNorm(&y, x, weight, bias, 3, width, 1e-5)
    let wanted = (0..<3).flatMap { row -> [Float] in
      let values = x[(row * width)..<((row + 1) * width)].map(Double.init)
      let mean = values.reduce(0, +) / Double(width)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      return zip(values, zip(weight, bias)).map {
        Float(($0 - mean) / (variance + 1e-5).squareRoot() * Double($1.0) + Double($1.1))
      }
    }
    // A single value is its own mean; its rounding is divided by √ε.
    let tolerance = (width == 1 ? 400 : 4) * Float.ulpOfOne * Float(width).squareRoot() * 8
    expectClose(y, wanted, tolerance: tolerance)
  }

  /// The last number of columns needs no whole panel, and 513 inputs are two stretches.
  @Test(arguments: tables, [(1, 1, 1), (5, 64, 63), (13, 130, 513), (300, 65, 1100)])
  func `a product equals its twin, and a row's bits do not depend on the others`(
    table: Int, shape: (rows: Int, outputs: Int, inputs: Int)
  ) {
    let kernels = tare_kernel_table(Int32(table)).pointee
    let (rows, outputs, inputs) = shape
    let panel = Int(TARE_PANEL)
    let source = Self.random(rows * inputs, seed: 15)
    let weights = Self.random(outputs * inputs, seed: 16)
    let bias = Self.random(outputs, seed: 17)
    var packed = [Float](repeating: 0, count: (outputs + panel - 1) / panel * panel * inputs)
    for output in 0..<outputs {
      for input in 0..<inputs {
        packed[(output / panel * inputs + input) * panel + output % panel] =
          weights[output * inputs + input]
      }
    }
    func product(_ rows: Range<Int>, adding: Bool, into start: [Float]) -> [Float] {
      var target = start
      source.withUnsafeBufferPointer { source in
        packed.withUnsafeBufferPointer { packed in
          bias.withUnsafeBufferPointer { bias in
            target.withUnsafeMutableBufferPointer { target in
              var arguments = TareProduct(
                source: source.baseAddress! + rows.lowerBound * inputs, sourceStride: inputs,
                weights: packed.baseAddress!, bias: bias.baseAddress!,
                target: target.baseAddress!, targetStride: outputs, rows: rows.count,
                inputs: inputs, outputs: outputs, adding: adding)
              kernels.product(&arguments)
            }
          }
        }
      }
      return target
    }
    let start = Self.random(rows * outputs, seed: 18)
    for adding in [false, true] {
      let whole = product(0..<rows, adding: adding, into: start)
      let wanted = (0..<(rows * outputs)).map { index in
        let (row, output) = (index / outputs, index % outputs)
        return Float(
          (0..<inputs).reduce(Double(bias[output]) + (adding ? Double(start[index]) : 0)) {
            $0 + Double(source[row * inputs + $1]) * Double(weights[output * inputs + $1])
          })
      }
      // Sums reach √inputs, and each of `inputs` additions is rounded by half an ulp of that, at
      // random: √inputs · √inputs · ε/2. Twice that, and the rounding of a few single operations.
      expectClose(whole, wanted, tolerance: Float(inputs + 4) * .ulpOfOne)
      for row in Set([0, rows / 2, rows - 1]) {
        let range = (row * outputs)..<((row + 1) * outputs)
        let alone = product(row..<(row + 1), adding: adding, into: Array(start[range]))
        #expect(alone == Array(whole[range]))
      }
    }
  }

  @Test(arguments: tables, [1, 5, 16, 31, 64, 575])
  func `norm and activations equal their twins at any width`(table: Int, width: Int) {
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
    for (kind, function) in Self.activations {
      kernels.gatedUnit(&y, gateUp, 3, width, kind)
      wanted = (0..<(3 * width)).map { index in
        let at = index / width * 2 * width + index % width
        return Float(function(Double(gateUp[at])) * Double(gateUp[at + width]))
      }
      // Up to 8 times 8, and a handful of rounded operations.
      expectClose(y, wanted, tolerance: 64 * 8 * .ulpOfOne)
      var plain = gateUp
      kernels.activate(&plain, plain.count, kind)
      expectClose(
        plain, gateUp.map { Float(function(Double($0))) }, tolerance: 8 * 8 * .ulpOfOne)
    }
    var gated = x
    kernels.sigmoidGate(&gated, gateUp, x.count)
    expectClose(
      gated, zip(x, gateUp).map { Float(Double($0) / (1 + exp(-Double($1)))) },
      tolerance: 4 * 8 * .ulpOfOne)
  }

  @Test(arguments: tables, [2, 10, 64, 96])
  func `rotation turns pairs half a head apart`(table: Int, headDim: Int) {
    let kernels = tare_kernel_table(Int32(table)).pointee
    let half = headDim / 2
    let angles = Self.random(half, seed: 5, scale: 3)
    let (cosine, sine) = (angles.map { cos($0) }, angles.map { sin($0) })
    let before = Self.random(2 * headDim, seed: 6)
    var row = before
    kernels.rotate(&row, 2, headDim, headDim, cosine, sine)
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
    _ query: [Float], _ key: [Float], _ value: [Float], rows: Int, headDim: Int, scale: Float,
    softCap: Double = 0, window: Int = 0
  ) -> [Float] {
    var output: [Float] = []
    for row in 0..<rows {
      let first = window > 0 ? max(row - window + 1, 0) : 0
      let logits = (first...row).map { position in
        let logit =
          (0..<headDim).reduce(0.0) {
            $0 + Double(query[row * headDim + $1]) * Double(key[position * headDim + $1])
          } * Double(scale)
        return softCap > 0 ? softCap * tanh(logit / softCap) : logit
      }
      let top = logits.max() ?? 0
      let weights = logits.map { exp($0 - top) }
      let total = weights.reduce(0, +)
      output += (0..<headDim).map { i in
        Float(
          (first...row).reduce(0.0) {
            $0 + weights[$1 - first] * Double(value[$1 * headDim + i])
          } / total)
      }
    }
    return output
  }

  @Test(
    arguments: tables,
    [
      (1, 64, 0, 0), (63, 16, 0, 0), (64, 64, 0, 0), (65, 20, 0, 0), (200, 80, 0, 0),
      (130, 7, 0, 0), (200, 16, 0, 1), (200, 16, 0, 30), (300, 20, 0, 64), (300, 20, 5, 65),
      (130, 16, 2, 0), (300, 8, 3, 200),
    ])
  func `attention equals its plain twin at odd lengths, head sizes, windows and soft caps`(
    table: Int, shape: (rows: Int, headDim: Int, softCap: Int, window: Int)
  ) {
    let kernels = tare_kernel_table(Int32(table)).pointee
    let (rows, headDim, softCap, window) = shape
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
                headDim: Int32(headDim), scale: scale,
                softCap: Float(softCap), window: Int32(window))
              kernels.attention(&tile, &scratch)
            }
          }
        }
      }
    }
    let wanted = Self.plainAttention(
      query, key, value, rows: rows, headDim: headDim, scale: scale, softCap: Double(softCap),
      window: window)
    // A logit of size 9·√headDim is rounded headDim times; its error, times the values (≤ 1), twice.
    let logit = 9 * Float(headDim).squareRoot()
    expectClose(
      output, wanted, tolerance: 4 * logit * .ulpOfOne * Float(headDim).squareRoot() + 1e-6)
  }
}
