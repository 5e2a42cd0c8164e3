import CKernels
import Foundation
import TareEngine
import TareTesting
import Testing

/// Attention in both precisions, on every table that this machine can run.
@Suite struct AttentionKernelTests {
  /// Attention of every row of one head, in double precision.
  static func plainAttention(
    _ query: [Float], _ key: [Float], _ value: [Float], rows: Int, headDim: Int, scale: Float,
    softCap: Double = 0, window: Int = 0, slope: Double = 0, sinkLogit: Double? = nil
  ) -> [Float] {
    (0..<rows).flatMap { row in
      let (first, shares) = plainShares(
        query, key, row: row, headDim: headDim, scale: scale, softCap: softCap, window: window,
        slope: slope, sinkLogit: sinkLogit)
      return (0..<headDim).map { i in
        Float(
          shares.indices.reduce(0.0) {
            $0 + shares[$1] * Double(value[(first + $1) * headDim + i])
          })
      }
    }
  }

  /// What a row's query gives each position that it sees, in double precision.
  static func plainShares(
    _ query: [Float], _ key: [Float], row: Int, headDim: Int, scale: Float, softCap: Double,
    window: Int, slope: Double = 0, sinkLogit: Double? = nil
  ) -> (first: Int, shares: [Double]) {
    let first = window > 0 ? max(row - window + 1, 0) : 0
    let logits = (first...row).map { position in
      let logit =
        (0..<headDim).reduce(0.0) {
          $0 + Double(query[row * headDim + $1]) * Double(key[position * headDim + $1])
        } * Double(scale)
      return (softCap > 0 ? softCap * tanh(logit / softCap) : logit)
        + slope * Double(position - row)
    }
    let top = max(logits.max() ?? 0, sinkLogit ?? -.infinity)
    let weights = logits.map { exp($0 - top) }
    let total = weights.reduce(sinkLogit.map { exp($0 - top) } ?? 0, +)
    return (first, weights.map { $0 / total })
  }

  /// One head's queries, keys and values in panels that stand in reverse order among others'.
  struct Head {
    let kernels: TareKernels
    let precision: Precision
    let (rows, headDim, softCap, window): (Int, Int, Int, Int)
    let (query, key, value): ([Float], [Float], [Float])
    let scale: Float
    private let panels: [Int32]
    private let (keys, values): (FloatBuffer, FloatBuffer)
    private let (keySize, valueSize): (Int, Int)

    init(
      _ kernels: TareKernels, _ precision: Precision,
      _ shape: (rows: Int, headDim: Int, softCap: Int, window: Int)
    ) {
      (self.kernels, self.precision) = (kernels, precision)
      (rows, headDim, softCap, window) = shape
      let count = shape.rows * shape.headDim
      query = KernelTests.random(count, seed: 7, scale: 3)
      key = KernelTests.random(count, seed: 8, scale: 3)
      value = KernelTests.random(count, seed: 9)
      scale = 1 / Float(shape.headDim).squareRoot()
      let panel = Int(TARE_KEY_PANEL)
      let panelCount = (shape.rows + panel - 1) / panel
      panels = (0..<panelCount).map { Int32(2 * (panelCount - $0)) }
      keySize = precision.groups(shape.headDim) * panel
      valueSize = precision.groups(panel) * Int(tare_padded_head(Int32(shape.headDim)))
      // The head is the second of two, each with three times the panels that it needs.
      let all = 2 * panelCount + 1
      keys = FloatBuffer(count: 2 * all * keySize)
      values = FloatBuffer(count: 2 * all * valueSize)
      for row in 0..<shape.rows {
        let place = Int(panels[row / panel])
        let stretch = (row * headDim)..<((row + 1) * headDim)
        let zeros = [Float](repeating: 0, count: headDim)
        kernels.keep(
          precision.kernel, zeros + key[stretch], zeros + value[stretch], 2, Int32(headDim),
          keys.view[from: place * keySize].base, all * keySize,
          values.view[from: place * valueSize].base, all * valueSize, Int32(row % panel))
      }
    }

    /// All rows in tiles of `step` queries, which need not line up with panels.
    ///
    /// - Parameters:
    ///   - sinkLogit: a logit that takes a share of the mass, [1].
    ///   - watched: where each row's mass on position 0 and its entropy go, [rows].
    func attention(
      step: Int, slope: Float = 0, sinkLogit: FloatBuffer? = nil,
      watched: (sink: FloatBuffer, entropy: FloatBuffer)? = nil
    ) -> [Float] {
      let output = FloatBuffer(count: rows * headDim)
      let queries = FloatBuffer(query)
      var scratch = [Float](repeating: .nan, count: tare_attention_scratch(Int32(headDim)))
      let all = keys.view.count / 2 / keySize
      for start in stride(from: 0, to: rows, by: step) {
        panels.withUnsafeBufferPointer { panels in
          var tile = TareAttentionTile(
            type: precision.kernel, query: queries.view[from: start * headDim].base,
            queryStride: headDim, panels: panels.baseAddress,
            keys: keys.view[from: all * keySize].base, keyPanelSize: keySize,
            values: values.view[from: all * valueSize].base, valuePanelSize: valueSize,
            output: output.view[from: start * headDim].base, outputStride: headDim,
            queryStart: Int32(start), queryCount: Int32(min(step, rows - start)),
            headDim: Int32(headDim), scale: scale, softCap: Float(softCap), slope: slope,
            window: Int32(window), sinkLogit: (sinkLogit?.view.base).map { UnsafePointer($0) },
            sink: watched?.sink.view[from: start].base,
            entropy: watched?.entropy.view[from: start].base)
          kernels.attention(&tile, &scratch)
        }
      }
      return output.view.array
    }
  }

  static let shapes = [
    (1, 64, 0, 0), (63, 16, 0, 0), (64, 64, 0, 0), (65, 20, 0, 0), (200, 80, 0, 0),
    (130, 6, 0, 0), (200, 16, 0, 1), (200, 16, 0, 30), (300, 20, 0, 64), (300, 20, 5, 65),
    (130, 16, 2, 0), (300, 8, 3, 200),
  ]

  @Test(arguments: KernelTests.tables, shapes)
  func `attention equals its plain twin at odd lengths, head sizes, windows and soft caps`(
    table: Int, shape: (rows: Int, headDim: Int, softCap: Int, window: Int)
  ) {
    let head = Head(tare_kernel_table(Int32(table)).pointee, .float32, shape)
    let wanted = Self.plainAttention(
      head.query, head.key, head.value, rows: shape.rows, headDim: shape.headDim,
      scale: head.scale, softCap: Double(shape.softCap), window: shape.window)
    let found = head.attention(step: 50)
    // A logit of size 9·√headDim is rounded headDim times; its error, times the values (≤ 1), twice.
    let logit = 9 * Float(shape.headDim).squareRoot()
    expectClose(
      found, wanted, tolerance: 4 * logit * .ulpOfOne * Float(shape.headDim).squareRoot() + 1e-6)
    #expect(head.attention(step: 64) == found)
    #expect(head.attention(step: 1) == found)
  }

  @Test(arguments: KernelTests.tables, [0.25, 0.003])
  func `logits lose the slope for each position between key and query`(
    table: Int, slope: Double
  ) {
    let shape = (rows: 200, headDim: 16, softCap: 0, window: 0)
    let head = Head(tare_kernel_table(Int32(table)).pointee, .float32, shape)
    let wanted = Self.plainAttention(
      head.query, head.key, head.value, rows: shape.rows, headDim: shape.headDim,
      scale: head.scale, slope: Double(Float(slope)))
    let found = head.attention(step: 50, slope: Float(slope))
    // As of the others; logits grow by up to 200 · slope, rounded once.
    expectClose(
      found, wanted, tolerance: 4 * (36 * 4 + 200 * Float(slope)) * .ulpOfOne + 1e-6)
    #expect(head.attention(step: 1, slope: Float(slope)) == found)
    #expect(head.attention(step: 50) != found)
  }

  @Test(arguments: KernelTests.tables, [-4.0, 0.5, 30])
  func `a logit without a key takes its share and gives nothing`(table: Int, sink: Double) {
    let shape = (rows: 200, headDim: 16, softCap: 0, window: 70)
    let head = Head(tare_kernel_table(Int32(table)).pointee, .float32, shape)
    let wanted = Self.plainAttention(
      head.query, head.key, head.value, rows: shape.rows, headDim: shape.headDim,
      scale: head.scale, window: shape.window, sinkLogit: sink)
    let logit = FloatBuffer([Float(sink)])
    let found = head.attention(step: 50, sinkLogit: logit)
    expectClose(found, wanted, tolerance: 4 * 36 * .ulpOfOne * 4 + 1e-6)
    #expect(head.attention(step: 1, sinkLogit: logit) == found)
    // Watching changes no bit.
    let watched = (sink: FloatBuffer(count: 200), entropy: FloatBuffer(count: 200))
    #expect(head.attention(step: 50, sinkLogit: logit, watched: watched) == found)
  }

  @Test(arguments: KernelTests.tables, shapes)
  func `attention in bfloat16 is that of rounded queries, keys and values`(
    table: Int, shape: (rows: Int, headDim: Int, softCap: Int, window: Int)
  ) {
    let head = Head(tare_kernel_table(Int32(table)).pointee, .bfloat16, shape)
    let wanted = Self.plainAttention(
      head.query.map { ($0 * head.scale).roundedToBFloat16 },
      head.key.map(\.roundedToBFloat16), head.value.map(\.roundedToBFloat16), rows: shape.rows,
      headDim: shape.headDim, scale: 1, softCap: Double(shape.softCap), window: shape.window)
    let found = head.attention(step: 50)
    // Probabilities are rounded to 8 bits: 2⁻⁹ of values up to 1, and float32's share on top.
    expectClose(found, wanted, tolerance: 1 / 512 + 1e-4)
    #expect(head.attention(step: 64) == found)
    #expect(head.attention(step: 1) == found)
  }
  @Test(arguments: KernelTests.tables, shapes)
  func `mass on the first position and entropy are told, and change no bit of the output`(
    table: Int, shape: (rows: Int, headDim: Int, softCap: Int, window: Int)
  ) {
    for precision in [Precision.float32, .bfloat16] {
      let head = Head(tare_kernel_table(Int32(table)).pointee, precision, shape)
      let isRounded = precision == .bfloat16
      let query = isRounded ? head.query.map { ($0 * head.scale).roundedToBFloat16 } : head.query
      let key = isRounded ? head.key.map(\.roundedToBFloat16) : head.key
      var (sink, entropy): ([Float], [Float]) = ([], [])
      for row in 0..<shape.rows {
        let (first, shares) = Self.plainShares(
          query, key, row: row, headDim: shape.headDim, scale: isRounded ? 1 : head.scale,
          softCap: Double(shape.softCap), window: shape.window)
        sink.append(first == 0 ? Float(shares[0]) : 0)
        entropy.append(Float(shares.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }))
      }
      let watched = (sink: FloatBuffer(count: shape.rows), entropy: FloatBuffer(count: shape.rows))
      // As the outputs' tolerance. A share's error times the logarithm of it, up to log(300) < 6, twice;
      // shares of 8 bits are wrong by 2⁻⁹ of themselves.
      let logit = 9 * Float(shape.headDim).squareRoot()
      let share = 4 * logit * .ulpOfOne * Float(shape.headDim).squareRoot() + 1e-6
      for step in [64, 50, 1] {
        #expect(head.attention(step: step, watched: watched) == head.attention(step: step))
        expectClose(watched.sink.view.array, sink, tolerance: isRounded ? 1 / 256 : share)
        expectClose(
          watched.entropy.view.array, entropy, tolerance: isRounded ? 12 / 512 : 12 * share)
      }
    }
  }
}
