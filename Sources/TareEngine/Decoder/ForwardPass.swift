/// One run of the decoder over one batch, with its working memory.
internal import CKernels
internal import COpenBLAS

/// `@unchecked Sendable`: the steps that run in parallel write to disjoint rows, tiles and
/// per-worker scratch; steps follow one another through the pool.
final class ForwardPass: @unchecked Sendable {
  let spec: DecoderSpec
  let weights: DecoderWeights
  let pool: WorkerPool
  let rowBlocks: RowBlocks
  let batch: RaggedBatch

  private let kernels = tare_kernels().pointee
  private let rotary: RotaryTable
  /// Residual stream, [rows, hiddenSize].
  private let stream: FloatBuffer
  /// Queries, keys, values of the current layer, [rows, (heads + 2·keyValueHeads)·headDim].
  private let queryKeyValue: FloatBuffer
  /// Keys transposed in panels, [keyValueHead, panel, headDim, panelSize].
  private let keyPanels: FloatBuffer
  /// Attention's output, [rows, heads·headDim].
  private let attended: FloatBuffer
  /// A block's activations, one for each worker.
  private let scratch: [BlockScratch]

  private let panelSize = Int(TARE_KEY_PANEL)
  private var queryWidth: Int { spec.headCount * spec.headDim }
  private var keyWidth: Int { spec.keyValueHeadCount * spec.headDim }
  private var attentionWidth: Int { queryWidth + 2 * keyWidth }

  init(
    spec: DecoderSpec, weights: DecoderWeights, pool: WorkerPool, rowBlocks: RowBlocks,
    batch: RaggedBatch
  ) {
    self.spec = spec
    self.weights = weights
    self.pool = pool
    self.rowBlocks = rowBlocks
    self.batch = batch
    rotary = RotaryTable(positions: batch.longest, headDim: spec.headDim, base: spec.rotaryBase)
    let rows = rowBlocks.capacity(batch.rowCount)
    let queryWidth = spec.headCount * spec.headDim
    let keyWidth = spec.keyValueHeadCount * spec.headDim
    stream = FloatBuffer(count: rows * spec.hiddenSize)
    queryKeyValue = FloatBuffer(count: rows * (queryWidth + 2 * keyWidth))
    keyPanels = FloatBuffer(count: keyWidth * batch.panelCount * Int(TARE_KEY_PANEL))
    attended = FloatBuffer(count: rows * queryWidth)
    scratch = (0..<pool.threadCount).map { _ in BlockScratch(spec) }
  }

  func run() {
    let blocks = rowBlocks.blocks(batch.rowCount, workers: pool.threadCount)
    let tiles = attentionTiles()
    pool.run(parts: blocks.count) { part, worker in
      self.embed(blocks[part])
      self.projectToAttention(blocks[part], layer: 0, self.scratch[worker])
    }
    for layer in 0..<spec.layerCount {
      pool.run(parts: tiles.count) { part, worker in
        self.attend(tiles[part], self.scratch[worker])
      }
      pool.run(parts: blocks.count) { part, worker in
        self.finish(blocks[part], layer: layer, self.scratch[worker])
        if layer + 1 < self.spec.layerCount {
          self.projectToAttention(blocks[part], layer: layer + 1, self.scratch[worker])
        }
      }
    }
  }

  /// The row's hidden state after the final norm, [hiddenSize].
  func finalState(row: Int) -> [Float] {
    let width = spec.hiddenSize
    let result = FloatBuffer(count: width)
    kernels.rmsNorm(
      result.view.base, stream.view[from: row * width].base, weights.finalNorm.view.base, 1, width,
      spec.normEpsilon)
    return result.view.array
  }

  // MARK: - Steps over a block of rows

  private func embed(_ block: Range<Int>) {
    let width = spec.hiddenSize
    for row in block {
      let token = Int(batch.tokens[row])
      weights.embedding.read(token..<(token + 1), into: stream.view[from: row * width])
    }
  }

  /// Norm, query-key-value projection, rotation; keys go into their panels.
  private func projectToAttention(_ block: Range<Int>, layer: Int, _ scratch: BlockScratch) {
    let layer = weights.layers[layer]
    let rows = rowBlocks.rows(block)
    let normed = norm(block, layer.attentionNorm, scratch)
    let target = queryKeyValue.view[from: block.lowerBound * attentionWidth]
    multiply(normed, layer.queryKeyValue, into: target, rows: rows)
    for row in block {
      let position = batch.positions[row]
      let cosine = rotary.cosine.view[from: position * rotary.half]
      let sine = rotary.sine.view[from: position * rotary.half]
      let values = queryKeyValue.view[from: row * attentionWidth]
      // Keys follow the queries, so one call turns both.
      kernels.rotate(
        values.base, spec.headCount + spec.keyValueHeadCount, spec.headDim, cosine.base, sine.base)
      storeKey(values[from: queryWidth], row: row)
    }
  }

  private func storeKey(_ key: FloatView, row: Int) {
    let column = batch.positions[row] % panelSize
    for head in 0..<spec.keyValueHeadCount {
      let panel = panels(head: head, first: batch.panelOfRow[row])
      for i in 0..<spec.headDim {
        panel.base[i * panelSize + column] = key.base[head * spec.headDim + i]
      }
    }
  }

  /// The panels of one head from panel `first` on.
  private func panels(head: Int, first: Int) -> FloatView {
    keyPanels.view[from: (head * batch.panelCount + first) * spec.headDim * panelSize]
  }

  /// Output projection and feed-forward, each added to the residual stream.
  private func finish(_ block: Range<Int>, layer: Int, _ scratch: BlockScratch) {
    let layer = weights.layers[layer]
    let rows = rowBlocks.rows(block)
    let target = stream.view[from: block.lowerBound * spec.hiddenSize]
    let source = attended.view[from: block.lowerBound * queryWidth]
    multiply(source, layer.attentionOutput, into: target, rows: rows, adding: true)
    let normed = norm(block, layer.feedForwardNorm, scratch)
    multiply(normed, layer.gateUp, into: scratch.gateUp.view, rows: rows)
    kernels.swiGLU(
      scratch.activated.view.base, scratch.gateUp.view.base, rows, spec.feedForwardSize)
    multiply(scratch.activated.view, layer.down, into: target, rows: rows, adding: true)
  }

  private func norm(
    _ block: Range<Int>, _ weight: FloatBuffer, _ scratch: BlockScratch
  ) -> FloatView {
    kernels.rmsNorm(
      scratch.normed.view.base, stream.view[from: block.lowerBound * spec.hiddenSize].base,
      weight.view.base, rowBlocks.rows(block), spec.hiddenSize, spec.normEpsilon)
    return scratch.normed.view
  }

  /// target (+)= source · matrixᵀ, [rows, inputs] to [rows, outputs].
  private func multiply(
    _ source: FloatView, _ matrix: Matrix, into target: FloatView, rows: Int, adding: Bool = false
  ) {
    precondition(source.count >= rows * matrix.columns && target.count >= rows * matrix.rows)
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(matrix.rows),
      Int32(matrix.columns), 1, source.base, Int32(matrix.columns), matrix.view.base,
      Int32(matrix.columns), adding ? 1 : 0, target.base, Int32(matrix.rows))
  }

  // MARK: - Attention

  /// Query positions of one head of one sequence.
  private struct AttentionTile {
    let sequence: Int
    let head: Int
    let positions: Range<Int>
  }

  /// All tiles, the longest first, so that no thread ends on a long one.
  private func attentionTiles() -> [AttentionTile] {
    var tiles: [AttentionTile] = []
    for (index, sequence) in batch.sequences.enumerated() {
      for start in stride(from: 0, to: sequence.count, by: panelSize) {
        for head in 0..<spec.headCount {
          tiles.append(
            AttentionTile(
              sequence: index, head: head, positions: start..<min(start + panelSize, sequence.count)
            ))
        }
      }
    }
    return tiles.sorted { $0.positions.upperBound > $1.positions.upperBound }
  }

  private func attend(_ tile: AttentionTile, _ scratch: BlockScratch) {
    let first = batch.sequences[tile.sequence].start
    let row = first + tile.positions.lowerBound
    let group = tile.head / (spec.headCount / spec.keyValueHeadCount)
    let values = queryWidth + keyWidth + group * spec.headDim
    var arguments = TareAttentionTile(
      query: queryKeyValue.view[from: row * attentionWidth + tile.head * spec.headDim].base,
      queryStride: attentionWidth,
      keyPanels: panels(head: group, first: batch.firstPanels[tile.sequence]).base,
      value: queryKeyValue.view[from: first * attentionWidth + values].base,
      valueStride: attentionWidth,
      output: attended.view[from: row * queryWidth + tile.head * spec.headDim].base,
      outputStride: queryWidth,
      queryStart: Int32(tile.positions.lowerBound), queryCount: Int32(tile.positions.count),
      headDim: Int32(spec.headDim), scale: 1 / Float(spec.headDim).squareRoot())
    kernels.attention(&arguments, scratch.attention.view.base)
  }
}

/// The working space of one worker.
private struct BlockScratch {
  /// [block, hiddenSize]
  let normed: FloatBuffer
  /// [block, 2·feedForwardSize]
  let gateUp: FloatBuffer
  /// [block, feedForwardSize]
  let activated: FloatBuffer
  let attention: FloatBuffer

  init(_ spec: DecoderSpec) {
    normed = FloatBuffer(count: RowBlocks.largest * spec.hiddenSize)
    gateUp = FloatBuffer(count: RowBlocks.largest * 2 * spec.feedForwardSize)
    activated = FloatBuffer(count: RowBlocks.largest * spec.feedForwardSize)
    attention = FloatBuffer(count: tare_attention_scratch(Int32(spec.headDim)))
  }
}
