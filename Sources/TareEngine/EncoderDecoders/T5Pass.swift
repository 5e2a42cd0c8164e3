/// One run of a T5 over one batch: the encoder over all tokens, then the decoder's first token.
///
/// Nothing is padded: rows are laid end to end, and attention runs over one head of one sequence at
/// a time, so a sequence's bits depend on nothing else.
internal import CKernels

/// `@unchecked Sendable`: the steps that run in parallel write to disjoint rows.
final class T5Pass: @unchecked Sendable {
  let batch: RaggedBatch
  /// The decoder's states, [sequences, hiddenSize].
  let states: FloatBuffer
  private let spec: T5Spec
  private let weights: T5Weights
  private let pool: WorkerPool
  private let kernels = tare_kernels().pointee
  /// The encoder's states, [rows, hiddenSize].
  private let stream: FloatBuffer
  /// Queries, keys and values of the current layer, [rows, 3·innerSize]; of the decoder's layers keys and
  /// values, [rows, 2·innerSize].
  private let projected: FloatBuffer
  /// Attention's output, [rows, innerSize].
  private let attended: FloatBuffer
  /// What each distance adds to a head's logits, [headCount][2·longest − 1].
  private let biases: [[Float]]
  private let longest: Int

  init(spec: T5Spec, weights: T5Weights, pool: WorkerPool, batch: RaggedBatch) {
    self.spec = spec
    self.weights = weights
    self.pool = pool
    self.batch = batch
    let rows = batch.rowCount
    stream = FloatBuffer(count: rows * spec.hiddenSize)
    states = FloatBuffer(count: batch.sequences.count * spec.hiddenSize)
    projected = FloatBuffer(count: rows * 3 * spec.innerSize)
    attended = FloatBuffer(count: rows * spec.innerSize)
    let longest = batch.sequences.map(\.count).max() ?? 1
    self.longest = longest
    biases = (0..<spec.headCount).map { head in
      (-(longest - 1)...(longest - 1)).map { distance in
        weights.biases[spec.bucket(distance) * spec.headCount + head]
      }
    }
  }

  func run() {
    let blocks = RowBlocks.blocks(batch.rowCount, workers: pool.threadCount)
    pool.run(parts: blocks.count) { part, _ in self.embed(blocks[part]) }
    for layer in weights.encoder {
      pool.run(parts: blocks.count) { part, _ in
        self.project(blocks[part], layer.attentionNorm, layer.queryKeyValue, parts: 3)
      }
      pool.run(parts: batch.sequences.count * spec.headCount) { part, _ in
        self.attend(sequence: part / self.spec.headCount, head: part % self.spec.headCount)
      }
      pool.run(parts: blocks.count) { part, _ in self.finish(blocks[part], layer) }
    }
    pool.run(parts: blocks.count) { part, _ in
      let target = self.rows(self.stream, blocks[part].lowerBound)
      self.norm(target, self.weights.encoderNorm, into: target, rows: blocks[part].count)
    }
    decode(blocks)
  }

  private func rows(_ buffer: FloatBuffer, _ row: Int) -> FloatView {
    buffer.view[from: row * spec.hiddenSize]
  }

  private func norm(
    _ source: FloatView, _ weights: NormWeights, into target: FloatView, rows: Int
  ) {
    kernels.rmsNorm(
      target.base, source.base, weights.weight.view.base, rows, spec.hiddenSize, spec.epsilon)
  }

  /// target = norm(source) · weightsᵀ
  private func multiply(
    _ source: FloatView, _ weights: NormWeights, _ linear: LinearWeights, into target: FloatView,
    rows: Int
  ) {
    let normed = FloatBuffer(count: rows * spec.hiddenSize)
    // The view does not keep the buffer.
    withExtendedLifetime(normed) {
      norm(source, weights, into: normed.view, rows: rows)
      linear.matrix.multiply(normed.view, into: target, rows: rows)
    }
  }

  // MARK: - Encoder

  private func embed(_ block: Range<Int>) {
    for row in block {
      let token = Int(batch.tokens[row])
      weights.words.read(
        token..<(token + 1),
        into: stream.view[(row * spec.hiddenSize)..<((row + 1) * spec.hiddenSize)])
    }
  }

  /// Projections of a block's rows into `projected`, after a norm where there is one.
  private func project(
    _ block: Range<Int>, _ norm: NormWeights?, _ linear: LinearWeights, parts: Int
  ) {
    let source = rows(stream, block.lowerBound)
    let target = projected.view[from: block.lowerBound * parts * spec.innerSize]
    guard let norm else { return linear.matrix.multiply(source, into: target, rows: block.count) }
    multiply(source, norm, linear, into: target, rows: block.count)
  }

  /// Attention of one head of one sequence, over tiles of its queries.
  private func attend(sequence: Int, head: Int) {
    let extent = batch.sequences[sequence]
    let (count, size, stride) = (extent.count, spec.headDim, 3 * spec.innerSize)
    let base = projected.view[from: extent.start * stride + head * size]
    let keys = base[from: spec.innerSize]
    let values = base[from: 2 * spec.innerSize]
    let keyMatrix = Matrix(rows: count, columns: size) { keys.base[$0 * stride + $1] }
    let valueMatrix = Matrix(rows: size, columns: count) { values.base[$1 * stride + $0] }
    let tile = 64
    let scores = FloatBuffer(count: tile * count)
    for start in Swift.stride(from: 0, to: count, by: tile) {
      let rows = min(tile, count - start)
      keyMatrix.multiply(base[from: start * stride], stride: stride, into: scores.view, rows: rows)
      for row in 0..<rows {
        let line = scores.view[(row * count)..<((row + 1) * count)]
        for key in 0..<count {
          line.base[key] += biases[head][key - start - row + longest - 1]
        }
        softmax(line)
      }
      let target = attended.view[from: (extent.start + start) * spec.innerSize + head * size]
      valueMatrix.multiply(scores.view, into: target, targetStride: spec.innerSize, rows: rows)
    }
  }

  private func softmax(_ line: FloatView) {
    var top = -Float.infinity
    for i in 0..<line.count { top = max(top, line.base[i]) }
    for i in 0..<line.count { line.base[i] -= top }
    kernels.exponential(line.base, line.base, line.count)
    var total: Float = 0
    for i in 0..<line.count { total += line.base[i] }
    for i in 0..<line.count { line.base[i] /= total }
  }

  private func finish(_ block: Range<Int>, _ layer: T5Weights.EncoderLayer) {
    let target = rows(stream, block.lowerBound)
    layer.output.matrix.multiply(
      attended.view[from: block.lowerBound * spec.innerSize], into: target, rows: block.count,
      adding: true)
    feedForward(target, layer.norm, layer.block, rows: block.count)
  }

  private func feedForward(
    _ target: FloatView, _ norm: NormWeights, _ block: BlockWeights, rows: Int
  ) {
    let size = spec.feedForwardSize
    let inner = FloatBuffer(count: rows * size)
    if spec.isGated {
      let both = FloatBuffer(count: rows * 2 * size)
      multiply(target, norm, block.input, into: both.view, rows: rows)
      kernels.gatedUnit(
        inner.view.base, size, both.view.base, 2 * size, rows, size, spec.activation.kernel)
    } else {
      multiply(target, norm, block.input, into: inner.view, rows: rows)
      kernels.activate(inner.view.base, inner.view.count, spec.activation.kernel)
    }
    block.down.matrix.multiply(inner.view, into: target, rows: rows, adding: true)
  }

  // MARK: - Decoder

  /// The decoder's first token of each sequence.
  private func decode(_ blocks: [Range<Int>]) {
    let (count, width) = (batch.sequences.count, spec.hiddenSize)
    for sequence in 0..<count {
      weights.words.read(
        spec.startToken..<(spec.startToken + 1),
        into: states.view[(sequence * width)..<((sequence + 1) * width)])
    }
    let values = FloatBuffer(count: count * spec.innerSize)
    let target = states.view
    for layer in weights.decoder {
      multiply(target, layer.attentionNorm, layer.value, into: values.view, rows: count)
      layer.output.matrix.multiply(values.view, into: target, rows: count, adding: true)
      multiply(target, layer.crossNorm, layer.crossQuery, into: values.view, rows: count)
      pool.run(parts: blocks.count) { part, _ in
        self.project(blocks[part], nil, layer.crossKeyValue, parts: 2)
      }
      pool.run(parts: count * spec.headCount) { part, _ in
        self.attendAcross(
          values.view, sequence: part / self.spec.headCount, head: part % self.spec.headCount)
      }
      layer.crossOutput.matrix.multiply(values.view, into: target, rows: count, adding: true)
      feedForward(target, layer.norm, layer.block, rows: count)
    }
    norm(target, weights.decoderNorm, into: target, rows: count)
  }

  /// Attention of one head of one sequence's decoder to its encoder; what it gives takes the query's place.
  private func attendAcross(_ queries: FloatView, sequence: Int, head: Int) {
    let extent = batch.sequences[sequence]
    let (count, size, stride) = (extent.count, spec.headDim, 2 * spec.innerSize)
    let keys = projected.view[from: extent.start * stride + head * size]
    let values = keys[from: spec.innerSize]
    let query = queries[from: sequence * spec.innerSize + head * size]
    let scores = FloatBuffer(count: count)
    let keyMatrix = Matrix(rows: count, columns: size) { keys.base[$0 * stride + $1] }
    let valueMatrix = Matrix(rows: size, columns: count) { values.base[$1 * stride + $0] }
    keyMatrix.multiply(query, into: scores.view, rows: 1)
    softmax(scores.view)
    valueMatrix.multiply(scores.view, into: query, rows: 1)
  }
}
