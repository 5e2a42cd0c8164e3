/// One run of an encoder over one batch, with its working memory.
///
/// Nothing is padded: rows are laid end to end, and attention runs over one head of one sequence at
/// a time, so a sequence's bits depend on nothing else.
internal import CKernels

/// `@unchecked Sendable`: the steps that run in parallel write to disjoint rows.
final class EncoderPass: @unchecked Sendable {
  let batch: RaggedBatch
  /// The hidden states, [rows, hiddenSize].
  let stream: FloatBuffer
  private let spec: EncoderSpec
  private let weights: EncoderWeights
  private let pool: WorkerPool
  private let types: [Int32]
  private let kernels = tare_kernels().pointee
  /// The row of each token among the positions' embeddings; empty without these.
  private let places: [Int]
  private let tables: [RotaryTable]
  /// Queries, keys and values of the current layer, [rows, 3·hiddenSize].
  private let projected: FloatBuffer
  /// Attention's output, [rows, hiddenSize].
  private let attended: FloatBuffer

  init(
    spec: EncoderSpec, weights: EncoderWeights, pool: WorkerPool, types: [Int32],
    batch: RaggedBatch
  ) {
    self.spec = spec
    self.weights = weights
    self.pool = pool
    self.types = types
    self.batch = batch
    let rows = batch.rowCount
    let longest = batch.sequences.map(\.count).max() ?? 0
    stream = FloatBuffer(count: rows * spec.hiddenSize)
    projected = FloatBuffer(count: rows * 3 * spec.hiddenSize)
    attended = FloatBuffer(count: rows * spec.hiddenSize)
    tables = spec.rotaries.map { RotaryTable($0, positions: longest, length: longest) }
    switch spec.positions {
    case .none: places = []
    case .counted: places = batch.positions
    case .afterPadding(let id):
      places = batch.sequences.flatMap { extent in
        var count = 0
        return batch.tokens[extent.start..<(extent.start + extent.count)].map { token in
          guard token != id else { return id }
          count += 1
          return id + count
        }
      }
    }
  }

  /// Embeds the tokens, unless the states are given in `stream`, and runs the layers.
  func run() {
    let blocks = RowBlocks.blocks(batch.rowCount, workers: pool.threadCount)
    if let words = weights.words {
      pool.run(parts: blocks.count) { part, _ in self.embed(blocks[part], words) }
    }
    for (index, layer) in weights.layers.enumerated() {
      pool.run(parts: blocks.count) { part, _ in
        self.project(blocks[part], layer, self.spec.layers[index])
      }
      pool.run(parts: batch.sequences.count * spec.headCount) { part, _ in
        self.attend(
          sequence: part / self.spec.headCount, head: part % self.spec.headCount,
          reach: self.spec.layers[index].reach)
      }
      pool.run(parts: blocks.count) { part, _ in self.finish(blocks[part], layer) }
    }
    guard let last = weights.finalNorm else { return }
    pool.run(parts: blocks.count) { part, _ in
      let target = self.rows(self.stream, blocks[part].lowerBound)
      self.norm(target, last, into: target, rows: blocks[part].count)
    }
  }

  private func rows(_ buffer: FloatBuffer, _ row: Int) -> FloatView {
    buffer.view[from: row * spec.hiddenSize]
  }

  private func norm(
    _ source: FloatView, _ weights: NormWeights, into target: FloatView, rows: Int,
    width: Int? = nil
  ) {
    kernels.layerNorm(
      target.base, source.base, weights.weight.view.base, weights.bias.view.base, rows,
      width ?? spec.hiddenSize, spec.norm.epsilon)
  }

  private func embed(_ block: Range<Int>, _ words: WeightTable) {
    let width = spec.embeddingSize
    let values = FloatBuffer(count: block.count * width)
    let own = FloatBuffer(count: width)
    for (index, row) in block.enumerated() {
      let target = values.view[(index * width)..<((index + 1) * width)]
      let token = Int(batch.tokens[row])
      words.read(token..<(token + 1), into: target)
      if let types = weights.types {
        let start = Int(self.types[row]) * width
        for i in 0..<width { target.base[i] += types[start + i] }
      }
      if let positions = weights.positions {
        positions.read(places[row]..<(places[row] + 1), into: own.view)
        for i in 0..<width { target.base[i] += own.view.base[i] }
      }
    }
    if let norm = weights.norm {
      self.norm(values.view, norm, into: values.view, rows: block.count, width: width)
    }
    let target = rows(stream, block.lowerBound)
    if let projection = weights.projection {
      projection.matrix.multiply(
        values.view, bias: projection.bias, into: target, rows: block.count)
    } else {
      target.base.update(from: values.view.base, count: values.view.count)
    }
  }

  private func project(
    _ block: Range<Int>, _ layer: EncoderWeights.Layer, _ kind: EncoderSpec.Layer
  ) {
    let width = spec.hiddenSize
    let source = rows(stream, block.lowerBound)
    let target = projected.view[from: block.lowerBound * 3 * width]
    if spec.isPreNorm, let attentionNorm = layer.attentionNorm {
      let normed = FloatBuffer(count: block.count * width)
      norm(source, attentionNorm, into: normed.view, rows: block.count)
      layer.queryKeyValue.matrix.multiply(
        normed.view, bias: layer.queryKeyValue.bias, into: target, rows: block.count)
    } else {
      layer.queryKeyValue.matrix.multiply(
        source, bias: layer.queryKeyValue.bias, into: target, rows: block.count)
    }
    guard let index = kind.rotary else { return }
    let table = tables[index]
    for (place, row) in block.enumerated() {
      let angles = batch.positions[row] * table.half
      // Queries and keys stand one after the other.
      kernels.rotate(
        target[from: place * 3 * width].base, 2 * spec.headCount, spec.headDim, 2 * table.half,
        table.cosine.view[from: angles].base, table.sine.view[from: angles].base)
    }
  }

  /// Attention of one head of one sequence, over tiles of its queries.
  private func attend(sequence: Int, head: Int, reach: Int?) {
    let extent = batch.sequences[sequence]
    let (count, size, stride) = (extent.count, spec.headDim, 3 * spec.hiddenSize)
    let base = projected.view[from: extent.start * stride + head * size]
    let keys = base[from: spec.hiddenSize]
    let values = base[from: 2 * spec.hiddenSize]
    let keyMatrix = Matrix(rows: count, columns: size) { keys.base[$0 * stride + $1] }
    let valueMatrix = Matrix(rows: size, columns: count) { values.base[$1 * stride + $0] }
    let tile = 64
    let scores = FloatBuffer(count: tile * count)
    for start in Swift.stride(from: 0, to: count, by: tile) {
      let rows = min(tile, count - start)
      keyMatrix.multiply(base[from: start * stride], stride: stride, into: scores.view, rows: rows)
      for row in 0..<rows {
        let line = scores.view[(row * count)..<((row + 1) * count)]
        let seen =
          reach.map {
            max(0, start + row - $0)..<min(count, start + row + $0 + 1)
          } ?? 0..<count
        softmax(line, seen: seen)
      }
      let target = attended.view[from: (extent.start + start) * spec.hiddenSize + head * size]
      valueMatrix.multiply(
        scores.view, into: target, targetStride: spec.hiddenSize, rows: rows)
    }
  }

  /// Softmax of the scaled scores of what is seen, and 0 for the rest, in place.
  private func softmax(_ line: FloatView, seen: Range<Int>) {
    let scale = 1 / Float(spec.headDim).squareRoot()
    var top = -Float.infinity
    for i in seen {
      line.base[i] *= scale
      top = max(top, line.base[i])
    }
    for i in seen { line.base[i] -= top }
    let part = line[seen]
    kernels.exponential(part.base, part.base, seen.count)
    var total: Float = 0
    for i in seen { total += line.base[i] }
    for i in 0..<line.count { line.base[i] = seen.contains(i) ? line.base[i] / total : 0 }
  }

  /// Output projection and feed-forward block, with the norms before them or after.
  private func finish(_ block: Range<Int>, _ layer: EncoderWeights.Layer) {
    let target = rows(stream, block.lowerBound)
    layer.output.matrix.multiply(
      rows(attended, block.lowerBound), bias: layer.output.bias, into: target, rows: block.count,
      adding: true)
    if !spec.isPreNorm, let attentionNorm = layer.attentionNorm {
      norm(target, attentionNorm, into: target, rows: block.count)
    }
    var input = target
    let normed = FloatBuffer(count: spec.isPreNorm ? block.count * spec.hiddenSize : 0)
    if spec.isPreNorm {
      norm(target, layer.outerNorm, into: normed.view, rows: block.count)
      input = normed.view
    }
    let size = spec.feedForwardSize
    let inner = FloatBuffer(count: block.count * size)
    if spec.isGated {
      let both = FloatBuffer(count: block.count * 2 * size)
      layer.block.input.matrix.multiply(
        input, bias: layer.block.input.bias, into: both.view, rows: block.count)
      kernels.gatedUnit(
        inner.view.base, size, both.view.base, 2 * size, block.count, size,
        spec.activation.kernel)
    } else {
      layer.block.input.matrix.multiply(
        input, bias: layer.block.input.bias, into: inner.view, rows: block.count)
      kernels.activate(inner.view.base, inner.view.count, spec.activation.kernel)
    }
    layer.block.down.matrix.multiply(
      inner.view, bias: layer.block.down.bias, into: target, rows: block.count, adding: true)
    if !spec.isPreNorm { norm(target, layer.outerNorm, into: target, rows: block.count) }
  }
}
