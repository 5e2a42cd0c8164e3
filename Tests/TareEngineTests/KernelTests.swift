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

  @Test(arguments: tables)
  func `a NaN stays one through exp and the activations`(table: Int) {
    let kernels = tare_kernel_table(Int32(table)).pointee
    for bits in [0x7FC0_0000, 0xFFC0_0000, 0x7FC0_0001, 0x7FC0_01FF] as [UInt32] {
      let x = [Float](repeating: Float(bitPattern: bits), count: 37)
      var y = [Float](repeating: 0, count: x.count)
      kernels.exponential(&y, x, x.count)
      #expect(y.allSatisfy { $0.isNaN })
      for kind in [TARE_SILU, TARE_GELU_TANH, TARE_GELU, TARE_TANH] {
        var values = x
        kernels.activate(&values, values.count, kind)
        #expect(values.allSatisfy { $0.isNaN })
      }
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
    (TARE_RELU2, { max($0, 0) * max($0, 0) }),
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
      kernels.gatedUnit(&y, width, gateUp, 2 * width, 3, width, kind)
      wanted = (0..<(3 * width)).map { index in
        // A panel of gates, then one of ups; the last pair of panels may be narrower.
        let (panel, column) = (Int(TARE_PANEL), index % width)
        let start = column / panel * panel
        let at = index / width * 2 * width + 2 * start + column % panel
        let up = at + min(panel, width - start)
        return Float(function(Double(gateUp[at])) * Double(gateUp[up]))
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
}
