import CKernels
import Foundation
import TareEngine
import TareTesting
import Testing

/// Products of every precision, on every table that this machine can run.
@Suite struct ProductKernelTests {
  /// A product's operands, packed by a table's own kernels, and what its numbers stand for.
  struct Case {
    let precision: Precision
    let (rows, outputs, inputs): (Int, Int, Int)
    let kernels: TareKernels
    /// Rows and weights after rounding, as the product must see them.
    let (source, weights): ([Float], [Float])
    let bias: [Float]
    private let operand: FloatBuffer
    private let rowScales: FloatBuffer
    private let panels: FloatBuffer
    private let (scales, offsets): (FloatBuffer, FloatBuffer)

    init(_ kernels: TareKernels, _ precision: Precision, rows: Int, outputs: Int, inputs: Int) {
      self.precision = precision
      (self.rows, self.outputs, self.inputs) = (rows, outputs, inputs)
      self.kernels = kernels
      let (source, weights) = (
        KernelTests.random(rows * inputs, seed: 15), KernelTests.random(outputs * inputs, seed: 16)
      )
      bias = KernelTests.random(outputs, seed: 17)
      let groups = precision.groups(inputs)
      let panel = Int(TARE_PANEL)
      let padded = (outputs + panel - 1) / panel * panel
      operand = FloatBuffer(count: rows * groups)
      let stretches = precision.stretches(inputs)
      rowScales = FloatBuffer(count: rows * stretches)
      panels = FloatBuffer(count: padded * groups)
      scales = FloatBuffer(count: padded * stretches)
      offsets = FloatBuffer(count: padded * stretches)
      let bytes = UnsafeMutableRawPointer(operand.view.base)
      switch precision {
      case .float32:
        operand.view.base.update(from: source, count: source.count)
        (self.source, self.weights) = (source, weights)
      case .bfloat16:
        kernels.narrow(
          bytes.assumingMemoryBound(to: UInt16.self), 2 * groups, source, inputs, rows, inputs)
        self.source = source.map(\.roundedToBFloat16)
        self.weights = weights.map(\.roundedToBFloat16)
      case .int8:
        kernels.quantize(
          bytes.assumingMemoryBound(to: UInt8.self), rowScales.view.base, source, inputs, rows,
          inputs)
        self.source = Self.rounded(source, width: inputs)
        self.weights = Self.rounded(weights, width: inputs)
      }
      for start in stride(from: 0, to: outputs, by: panel) {
        let count = min(panel, outputs - start)
        let place = start * stretches
        offsets.view[from: place].base.withMemoryRebound(to: Int32.self, capacity: count) {
          kernels.pack(
            precision.kernel, Array(weights[(start * inputs)..<((start + count) * inputs)]), count,
            inputs, panels.view[from: start * groups].base, scales.view[from: place].base, $0)
        }
      }
    }

    /// Each stretch of 64 numbers turned by a Hadamard matrix, in 255 steps, and turned back.
    static func rounded(_ values: [Float], width: Int) -> [Float] {
      stride(from: 0, to: values.count, by: width).flatMap { start in
        let row = values[start..<(start + width)].map(Double.init)
        return stride(from: 0, to: width, by: 64).flatMap { first -> [Float] in
          let count = min(64, width - first)
          let turned = hadamard(
            row[first..<(first + count)] + Array(repeating: 0, count: 64 - count))
          let scale = (turned.map(abs).max() ?? 0) / 127
          let steps = turned.map { ($0 / scale).rounded(.toNearestOrEven) * scale }
          return hadamard(steps).prefix(count).map { Float($0) }
        }
      }
    }

    /// The product with the matrix of signs by common bits of row and column, over √64.
    private static func hadamard(_ x: [Double]) -> [Double] {
      x.indices.map { i in
        x.indices.reduce(0) { $0 + ((i & $1).nonzeroBitCount % 2 == 0 ? x[$1] : -x[$1]) } / 8
      }
    }

    func product(_ range: Range<Int>, adding: Bool, into start: [Float]) -> [Float] {
      let target = FloatBuffer(start)
      let biasBuffer = FloatBuffer(bias)
      let groups = precision.groups(inputs)
      let offsets = UnsafeRawPointer(self.offsets.view.base).assumingMemoryBound(to: Int32.self)
      var arguments = TareProduct(
        type: precision.kernel, source: operand.view[from: range.lowerBound * groups].base,
        sourceStride: groups,
        sourceScales: rowScales.view[from: range.lowerBound * precision.stretches(inputs)].base,
        weights: panels.view.base, weightScales: scales.view.base, weightOffsets: offsets,
        bias: biasBuffer.view.base, target: target.view.base, targetStride: outputs,
        rows: range.count, groups: groups, outputs: outputs, adding: adding)
      kernels.product(&arguments)
      return target.view.array
    }
  }

  /// The last number of columns needs no whole panel, 2,100 numbers are two stretches even of four
  /// in a group, and 300 rows several blocks.
  @Test(
    arguments: KernelTests.tables,
    [(1, 1, 1), (5, 64, 63), (13, 130, 513), (97, 65, 2100), (300, 65, 1100)])
  func `a product equals its twin, and a row's bits do not depend on the others`(
    table: Int, shape: (rows: Int, outputs: Int, inputs: Int)
  ) {
    let (rows, outputs, inputs) = shape
    for precision in Precision.allCases {
      let product = Case(
        tare_kernel_table(Int32(table)).pointee, precision, rows: rows, outputs: outputs,
        inputs: inputs)
      let start = KernelTests.random(rows * outputs, seed: 18)
      for adding in [false, true] {
        let whole = product.product(0..<rows, adding: adding, into: start)
        let wanted = (0..<(rows * outputs)).map { index in
          let (row, output) = (index / outputs, index % outputs)
          let first = Double(product.bias[output]) + (adding ? Double(start[index]) : 0)
          return Float(
            (0..<inputs).reduce(first) {
              $0 + Double(product.source[row * inputs + $1])
                * Double(product.weights[output * inputs + $1])
            })
        }
        // In 8 bits a number in the middle between two steps may be rounded to either, the twin being
        // in double precision: few do, and a step is 1/64 of a number of size 1.
        let steps: Float = precision == .int8 ? 0.1 : 0
        // Sums reach √inputs, and each of `inputs` additions is rounded by half an ulp of that, at
        // random: √inputs · √inputs · ε/2. Twice that, and the rounding of a few single operations.
        expectClose(whole, wanted, tolerance: Float(inputs + 4) * .ulpOfOne + steps)
        for row in Set([0, rows / 2, rows - 1]) {
          let range = (row * outputs)..<((row + 1) * outputs)
          let alone = product.product(row..<(row + 1), adding: adding, into: Array(start[range]))
          #expect(alone == Array(whole[range]))
        }
      }
    }
  }

  @Test(arguments: KernelTests.tables)
  func `a value that is not finite shows in its row alone`(table: Int) {
    let kernels = tare_kernel_table(Int32(table)).pointee
    for bad in [Float.nan, .infinity, -.infinity] {
      for place in [0, 36] {
        var rows = KernelTests.random(2 * 37, seed: 3)
        rows[37 + place] = bad
        var bytes = [UInt8](repeating: 0, count: 2 * 64)
        var scales: [Float] = [0, 0]
        kernels.quantize(&bytes, &scales, rows, 37, 2, 37)
        #expect(scales[0].isFinite && !scales[1].isFinite)
      }
    }
    var narrow = [UInt16](repeating: 0, count: 4)
    kernels.narrow(&narrow, 4, [.nan, .infinity, Float(bitPattern: 0x7FFF_FFFF), 1], 4, 1, 4)
    let values = narrow.map { Float(bitPattern: UInt32($0) << 16) }
    #expect(values[0].isNaN && values[1] == .infinity && values[2].isNaN && values[3] == 1)
  }

  @Test(arguments: KernelTests.tables)
  func `bfloat16 is the nearest, ties to even`(table: Int) {
    let kernels = tare_kernel_table(Int32(table)).pointee
    let values =
      KernelTests.random(1001, seed: 4, scale: 100)
      + [0, -0.0, 1 + 1 / 256, 1 + 3 / 256, -(1 + 1 / 256), 3.4e38]
    var narrow = [UInt16](repeating: 0, count: values.count)
    kernels.narrow(&narrow, values.count, values, values.count, 1, values.count)
    #expect(
      narrow.map { Float(bitPattern: UInt32($0) << 16) } == values.map(\.roundedToBFloat16))
  }
}
