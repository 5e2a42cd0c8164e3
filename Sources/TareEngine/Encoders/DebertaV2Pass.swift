/// One run of DeBERTa-v2 over one batch, with its working memory.
///
/// Nothing is padded: rows are laid end to end, and attention runs over one head of one sequence at
/// a time, so a sequence's bits depend on nothing else.
internal import CKernels

/// `@unchecked Sendable`: the steps that run in parallel write to disjoint rows.
final class DebertaV2Pass: @unchecked Sendable {
  let batch: RaggedBatch
  /// The hidden states, [rows, hiddenSize].
  let stream: FloatBuffer
  private let spec: DebertaV2Spec
  private let weights: DebertaV2Weights
  private let pool: WorkerPool
  private let types: [Int32]
  private let kernels = tare_kernels().pointee
  /// Queries, keys and values of the current layer, [rows, 3·hiddenSize].
  private let projected: FloatBuffer
  /// Attention's output, [rows, hiddenSize].
  private let attended: FloatBuffer
  /// What the embeddings gave, for the convolution, [rows, hiddenSize].
  private let embedded: FloatBuffer
  /// The place of each distance among the relative positions, the longest sequence's.
  private let places: [Int]
  private let longest: Int

  init(
    spec: DebertaV2Spec, weights: DebertaV2Weights, pool: WorkerPool, types: [Int32],
    batch: RaggedBatch
  ) {
    self.spec = spec
    self.weights = weights
    self.pool = pool
    self.types = types
    self.batch = batch
    let rows = batch.rowCount
    stream = FloatBuffer(count: rows * spec.hiddenSize)
    projected = FloatBuffer(count: rows * 3 * spec.hiddenSize)
    attended = FloatBuffer(count: rows * spec.hiddenSize)
    embedded = FloatBuffer(count: spec.convolution == nil ? 0 : rows * spec.hiddenSize)
    longest = batch.sequences.map(\.count).max() ?? 0
    places = spec.relative?.places(count: longest) ?? []
  }

  func run() {
    let blocks = RowBlocks.blocks(batch.rowCount, workers: pool.threadCount)
    pool.run(parts: blocks.count) { part, _ in
      self.embed(blocks[part])
    }
    if spec.convolution != nil {
      embedded.view.base.update(from: stream.view.base, count: stream.view.count)
    }
    for (index, layer) in weights.layers.enumerated() {
      pool.run(parts: blocks.count) { part, _ in
        let block = blocks[part]
        layer.queryKeyValue.matrix.multiply(
          self.rows(self.stream, block.lowerBound), bias: layer.queryKeyValue.bias,
          into: self.projected.view[from: block.lowerBound * 3 * self.spec.hiddenSize],
          rows: block.count)
      }
      let heads = batch.sequences.count * spec.headCount
      pool.run(parts: heads) { part, _ in
        self.attend(
          sequence: part / self.spec.headCount, head: part % self.spec.headCount, layer)
      }
      pool.run(parts: blocks.count) { part, _ in self.finish(blocks[part], layer) }
      if index == 0, let convolution = spec.convolution {
        pool.run(parts: batch.sequences.count) { part, _ in
          self.convolve(sequence: part, convolution)
        }
      }
    }
  }

  private func rows(_ buffer: FloatBuffer, _ row: Int) -> FloatView {
    buffer.view[from: row * spec.hiddenSize]
  }

  private func norm(_ values: FloatView, _ weights: NormWeights, rows: Int) {
    kernels.layerNorm(
      values.base, values.base, weights.weight.view.base, weights.bias.view.base, rows,
      spec.hiddenSize, spec.epsilon)
  }

  private func embed(_ block: Range<Int>) {
    let width = spec.embeddingSize
    let values = FloatBuffer(count: block.count * width)
    for (index, row) in block.enumerated() {
      let target = values.view[(index * width)..<((index + 1) * width)]
      let token = Int(batch.tokens[row])
      weights.words.read(token..<(token + 1), into: target)
      for i in 0..<width {
        if let positions = weights.positions {
          target.base[i] += positions[batch.positions[row] * width + i]
        }
        if let types = weights.types { target.base[i] += types[Int(self.types[row]) * width + i] }
      }
    }
    let target = rows(stream, block.lowerBound)
    if let projection = weights.projection {
      projection.multiply(values.view, into: target, rows: block.count)
    } else {
      target.base.update(from: values.view.base, count: values.view.count)
    }
    norm(target, weights.norm, rows: block.count)
  }

  /// Attention of one head of one sequence, over tiles of its queries.
  private func attend(sequence: Int, head: Int, _ layer: DebertaV2Layer) {
    let extent = batch.sequences[sequence]
    let (count, size, stride) = (extent.count, spec.headDim, 3 * spec.hiddenSize)
    let base = projected.view[from: extent.start * stride + head * size]
    let keys = base[from: spec.hiddenSize]
    let values = base[from: 2 * spec.hiddenSize]
    let keyMatrix = Matrix(rows: count, columns: size) { keys.base[$0 * stride + $1] }
    let valueMatrix = Matrix(rows: size, columns: count) { values.base[$1 * stride + $0] }
    let span = 2 * (spec.relative?.span ?? 0)
    // What each key says to each relative position, [count, 2·span].
    let fromPositions = FloatBuffer(count: layer.positionQueries.isEmpty ? 0 : count * span)
    if !layer.positionQueries.isEmpty {
      layer.positionQueries[head].multiply(
        keys, stride: stride, into: fromPositions.view, rows: count)
    }
    let tile = 64
    let scores = FloatBuffer(count: tile * count)
    let toPositions = FloatBuffer(count: layer.positionKeys.isEmpty ? 0 : tile * span)
    for start in Swift.stride(from: 0, to: count, by: tile) {
      let rows = min(tile, count - start)
      let queries = base[from: start * stride]
      keyMatrix.multiply(queries, stride: stride, into: scores.view, rows: rows)
      if !layer.positionKeys.isEmpty {
        layer.positionKeys[head].multiply(
          queries, stride: stride, into: toPositions.view, rows: rows)
      }
      for row in 0..<rows {
        let line = scores.view[(row * count)..<((row + 1) * count)]
        for key in 0..<count {
          guard span > 0 else { break }
          // The query's place less the key's. The key looks the other way, and its bucket is negated
          // once more, which gives the same place.
          let place = places[start + row - key + longest - 1]
          if !layer.positionKeys.isEmpty {
            line.base[key] += toPositions.view.base[row * span + place]
          }
          if !layer.positionQueries.isEmpty {
            line.base[key] += fromPositions.view.base[key * span + place]
          }
        }
        softmax(line)
      }
      let target = attended.view[from: (extent.start + start) * spec.hiddenSize + head * size]
      valueMatrix.multiply(
        scores.view, into: target, targetStride: spec.hiddenSize, rows: rows)
    }
  }

  /// Softmax of the scores divided by the scale, in place.
  private func softmax(_ line: FloatView) {
    let factor = 1 / spec.scale
    var top = -Float.infinity
    for i in 0..<line.count {
      line.base[i] *= factor
      top = max(top, line.base[i])
    }
    for i in 0..<line.count { line.base[i] -= top }
    kernels.exponential(line.base, line.base, line.count)
    var total: Float = 0
    for i in 0..<line.count { total += line.base[i] }
    for i in 0..<line.count { line.base[i] /= total }
  }

  /// Output projection and feed-forward block, each normed with what went in.
  private func finish(_ block: Range<Int>, _ layer: DebertaV2Layer) {
    let target = rows(stream, block.lowerBound)
    layer.output.matrix.multiply(
      rows(attended, block.lowerBound), bias: layer.output.bias, into: target, rows: block.count,
      adding: true)
    norm(target, layer.outputNorm, rows: block.count)
    let inner = FloatBuffer(count: block.count * spec.feedForwardSize)
    layer.inner.matrix.multiply(
      target, bias: layer.inner.bias, into: inner.view, rows: block.count)
    kernels.activate(inner.view.base, inner.view.count, spec.activation.kernel)
    layer.outer.matrix.multiply(
      inner.view, bias: layer.outer.bias, into: target, rows: block.count, adding: true)
    norm(target, layer.outerNorm, rows: block.count)
  }

  /// The convolution of the embeddings over a sequence's rows, added to the first layer's output.
  private func convolve(sequence: Int, _ convolution: DebertaV2Spec.Convolution) {
    let extent = batch.sequences[sequence]
    let width = spec.hiddenSize
    let sums = FloatBuffer(count: extent.count * width)
    for row in 0..<extent.count {
      guard let bias = weights.tapBias else { break }
      sums.view[from: row * width].base.update(from: bias.view.base, count: width)
    }
    for (tap, matrix) in weights.taps.enumerated() {
      // Row i sees row i + offset; beyond the ends there is nothing.
      let offset = tap - convolution.width / 2
      let first = max(0, -offset)
      let count = extent.count - abs(offset)
      guard count > 0 else { continue }
      matrix.multiply(
        rows(embedded, extent.start + first + offset), into: sums.view[from: first * width],
        rows: count, adding: true)
    }
    kernels.activate(sums.view.base, sums.view.count, convolution.activation.kernel)
    let target = rows(stream, extent.start)
    for i in 0..<sums.view.count { target.base[i] += sums.view.base[i] }
    if let norm = weights.tapNorm { self.norm(target, norm, rows: extent.count) }
  }
}
