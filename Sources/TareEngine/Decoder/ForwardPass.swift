/// One run of the decoder over one batch, with its working memory.
internal import CKernels

/// `@unchecked Sendable`: the steps that run in parallel write to disjoint rows, tiles and
/// per-worker scratch; steps follow one another through the pool.
final class ForwardPass: @unchecked Sendable {
  let spec: DecoderSpec
  let weights: DecoderWeights
  let pool: WorkerPool
  let batch: RaggedBatch

  let kernels = tare_kernels().pointee
  private let rotary: RotaryTables
  /// Residual stream, [rows, hiddenSize].
  let stream: FloatBuffer
  /// Queries, keys, values and gates of the current layer, [rows, attentionWidth].
  let projected: FloatBuffer
  /// Keys transposed in panels, [keyValueHead, panel, headDim, panelSize].
  private let keyPanels: FloatBuffer
  /// Attention's output, [rows, heads·headDim].
  let attended: FloatBuffer
  /// A block's activations, one for each worker.
  let scratch: [BlockScratch]
  /// What mixtures of experts keep from step to step; nil without one.
  let mixture: MixtureState?

  private let panelSize = Int(TARE_KEY_PANEL)
  private var queryWidth: Int { spec.headCount * spec.headDim }
  private var keyWidth: Int { spec.keyValueHeadCount * spec.headDim }
  private var gateStart: Int { queryWidth + 2 * keyWidth }
  private var attentionWidth: Int { gateStart + spec.gateWidth }

  init(
    spec: DecoderSpec, weights: DecoderWeights, pool: WorkerPool, batch: RaggedBatch
  ) {
    self.spec = spec
    self.weights = weights
    self.pool = pool
    self.batch = batch
    rotary = RotaryTables(spec.rotaries, batch)
    let rows = batch.rowCount
    let queryWidth = spec.headCount * spec.headDim
    let keyWidth = spec.keyValueHeadCount * spec.headDim
    stream = FloatBuffer(count: rows * spec.hiddenSize)
    projected = FloatBuffer(count: rows * (queryWidth + 2 * keyWidth + spec.gateWidth))
    keyPanels = FloatBuffer(count: keyWidth * batch.panelCount * Int(TARE_KEY_PANEL))
    attended = FloatBuffer(count: rows * queryWidth)
    mixture = MixtureState(spec, rows: rows)
    scratch = (0..<pool.threadCount).map { _ in BlockScratch(spec, weights) }
  }

  func run() {
    let blocks = RowBlocks.blocks(batch.rowCount, workers: pool.threadCount)
    let tiles = attentionTiles()
    pool.run(parts: blocks.count) { part, worker in
      self.embed(blocks[part])
      self.projectToAttention(blocks[part], layer: 0, self.scratch[worker])
    }
    for layer in 0..<spec.layerCount {
      pool.run(parts: tiles.count) { part, worker in
        self.attend(tiles[part], layer: layer, self.scratch[worker])
      }
      let isMixture = if case .mixture = spec.layers[layer].feedForward { true } else { false }
      pool.run(parts: blocks.count) { part, worker in
        self.finish(blocks[part], layer: layer, self.scratch[worker])
        if !isMixture, layer + 1 < self.spec.layerCount {
          self.projectToAttention(blocks[part], layer: layer + 1, self.scratch[worker])
        }
      }
      guard isMixture else { continue }
      runExperts(layer: layer)
      guard layer + 1 < spec.layerCount else { continue }
      pool.run(parts: blocks.count) { part, worker in
        self.projectToAttention(blocks[part], layer: layer + 1, self.scratch[worker])
      }
    }
  }

  /// The row's hidden state after the final norm, [hiddenSize].
  func finalState(row: Int) -> [Float] {
    let width = spec.hiddenSize
    let result = FloatBuffer(count: width)
    norm(
      stream.view[from: row * width], weights.finalNorm, into: result.view, rows: 1, width: width)
    return result.view.array
  }

  // MARK: - Steps over a block of rows

  private func embed(_ block: Range<Int>) {
    let width = spec.hiddenSize
    for row in block {
      let token = Int(batch.tokens[row])
      let target = stream.view[(row * width)..<((row + 1) * width)]
      weights.embedding.read(token..<(token + 1), into: target)
      if spec.embeddingScale != 1 {
        for i in 0..<width { target.base[i] *= spec.embeddingScale }
      }
    }
  }

  /// Norm, query-key-value projection, norms of heads, rotation; keys go into their panels.
  private func projectToAttention(_ block: Range<Int>, layer index: Int, _ scratch: BlockScratch) {
    let layer = weights.layers[index]
    let rows = block.count
    let source = stream.view[from: block.lowerBound * spec.hiddenSize]
    let input = normed(source, layer.attentionNorm, scratch, rows: rows)
    let target = projected.view[from: block.lowerBound * attentionWidth]
    multiply(input, layer.queryKeyValue, into: target, rows: rows)
    for row in block {
      let values = projected.view[from: row * attentionWidth]
      normHeads(values, layer)
      let position = batch.positions[row]
      let table = rotary[spec.layers[index].rotary, sequence: batch.sequenceOfRow[row]]
      let cosine = table.cosine.view[from: position * table.half]
      let sine = table.sine.view[from: position * table.half]
      // Keys follow the queries, so one call turns both.
      kernels.rotate(
        values.base, spec.headCount + spec.keyValueHeadCount, spec.headDim, 2 * table.half,
        cosine.base, sine.base)
      storeKey(values[from: queryWidth], row: row)
    }
  }

  /// Norms of one row's queries and keys, in place.
  private func normHeads(_ values: FloatView, _ layer: LayerWeights) {
    guard let queryNorm = layer.queryNorm, let keyNorm = layer.keyNorm else { return }
    let keys = values[from: queryWidth]
    let isWhole = spec.queryKeyNorm == .whole
    norm(
      values, queryNorm, into: values, rows: isWhole ? 1 : spec.headCount,
      width: isWhole ? queryWidth : spec.headDim)
    norm(
      keys, keyNorm, into: keys, rows: isWhole ? 1 : spec.keyValueHeadCount,
      width: isWhole ? keyWidth : spec.headDim)
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

  /// Gates, output projection and feed-forward block, each block's output added to the residual
  /// stream. A mixture of experts is only prepared here: see `runExperts`.
  private func finish(_ block: Range<Int>, layer index: Int, _ scratch: BlockScratch) {
    let layer = weights.layers[index]
    let rows = block.count
    let target = stream.view[from: block.lowerBound * spec.hiddenSize]
    let source = attended.view[from: block.lowerBound * queryWidth]
    if spec.outputGate != .none { applyGates(block) }
    if spec.hasParallelResidual {
      // The feed-forward block reads what attention has read.
      norm(target, layer.feedForwardNorm, into: scratch.normed.view, rows: rows)
      add(source, layer.attentionOutput, layer.attentionPostNorm, to: target, scratch, rows: rows)
      return feedForward(scratch.normed.view, layer, into: target, scratch, rows: rows)
    }
    add(source, layer.attentionOutput, layer.attentionPostNorm, to: target, scratch, rows: rows)
    let input = normed(target, layer.feedForwardNorm, scratch, rows: rows)
    if case .mixture(let mixture) = layer.feedForward {
      route(input, mixture, block, layer: index, scratch)
    } else {
      feedForward(input, layer, into: target, scratch, rows: rows)
    }
  }

  private func applyGates(_ block: Range<Int>) {
    for row in block {
      let values = attended.view[from: row * queryWidth]
      let gates = projected.view[from: row * attentionWidth + gateStart]
      if spec.outputGate == .elementwise {
        kernels.sigmoidGate(values.base, gates.base, queryWidth)
        continue
      }
      for head in 0..<spec.headCount {
        var gate: Float = 1
        kernels.sigmoidGate(&gate, gates.base + head, 1)
        for i in 0..<spec.headDim { values.base[head * spec.headDim + i] *= gate }
      }
    }
  }

  private func feedForward(
    _ input: FloatView, _ layer: LayerWeights, into target: FloatView, _ scratch: BlockScratch,
    rows: Int
  ) {
    switch layer.feedForward {
    case .gated(let block), .plain(let block):
      let inner = self.inner(input, block, scratch, rows: rows)
      add(inner, block.down, layer.feedForwardPostNorm, to: target, scratch, rows: rows)
    case .mixture: break
    }
  }

  /// The activations between a block's two products, [rows, size].
  func inner(
    _ input: FloatView, _ block: BlockWeights, _ scratch: BlockScratch, rows: Int
  ) -> FloatView {
    multiply(input, block.input, into: scratch.inner.view, rows: rows)
    let activation = spec.activation.kernel
    guard block.input.matrix.rows != block.size else {
      kernels.activate(scratch.inner.view.base, rows * block.size, activation)
      return scratch.inner.view
    }
    kernels.gatedUnit(
      scratch.activated.view.base, scratch.inner.view.base, rows, block.size, activation)
    return scratch.activated.view
  }

  // MARK: - Norms and products

  /// target += postNorm(source · weightsᵀ + bias), [rows, hiddenSize].
  private func add(
    _ source: FloatView, _ linear: LinearWeights, _ postNorm: NormWeights?, to target: FloatView,
    _ scratch: BlockScratch, rows: Int
  ) {
    guard let postNorm else {
      return multiply(source, linear, into: target, rows: rows, adding: true)
    }
    let output = scratch.output.view
    multiply(source, linear, into: output, rows: rows)
    norm(output, postNorm, into: output, rows: rows)
    for i in 0..<(rows * spec.hiddenSize) { target.base[i] += output.base[i] }
  }

  /// The rows after the norm, or as they are where there is none.
  private func normed(
    _ source: FloatView, _ weights: NormWeights?, _ scratch: BlockScratch, rows: Int
  ) -> FloatView {
    guard let weights else { return source }
    norm(source, weights, into: scratch.normed.view, rows: rows)
    return scratch.normed.view
  }

  private func norm(
    _ source: FloatView, _ weights: NormWeights?, into target: FloatView, rows: Int
  ) {
    guard let weights else {
      return target.base.update(from: source.base, count: rows * spec.hiddenSize)
    }
    norm(source, weights, into: target, rows: rows, width: spec.hiddenSize)
  }

  private func norm(
    _ source: FloatView, _ weights: NormWeights, into target: FloatView, rows: Int, width: Int
  ) {
    precondition(source.count >= rows * width && target.count >= rows * width)
    switch spec.norm.kind {
    case .rms:
      kernels.rmsNorm(
        target.base, source.base, weights.weight.view.base, rows, width, spec.norm.epsilon)
    case .layer:
      kernels.layerNorm(
        target.base, source.base, weights.weight.view.base, weights.bias.view.base, rows, width,
        spec.norm.epsilon)
    }
  }

  /// target (+)= source · weightsᵀ + bias, [rows, inputs] to [rows, outputs].
  func multiply(
    _ source: FloatView, _ linear: LinearWeights, into target: FloatView, rows: Int,
    adding: Bool = false
  ) {
    linear.matrix.multiply(source, bias: linear.bias, into: target, rows: rows, adding: adding)
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

  private func attend(_ tile: AttentionTile, layer: Int, _ scratch: BlockScratch) {
    let first = batch.sequences[tile.sequence].start
    let row = first + tile.positions.lowerBound
    let group = tile.head / (spec.headCount / spec.keyValueHeadCount)
    let values = queryWidth + keyWidth + group * spec.headDim
    var arguments = TareAttentionTile(
      query: projected.view[from: row * attentionWidth + tile.head * spec.headDim].base,
      queryStride: attentionWidth,
      keyPanels: panels(head: group, first: batch.firstPanels[tile.sequence]).base,
      value: projected.view[from: first * attentionWidth + values].base,
      valueStride: attentionWidth,
      output: attended.view[from: row * queryWidth + tile.head * spec.headDim].base,
      outputStride: queryWidth,
      queryStart: Int32(tile.positions.lowerBound), queryCount: Int32(tile.positions.count),
      headDim: Int32(spec.headDim), scale: spec.attentionScale,
      softCap: spec.attentionSoftCap ?? 0, window: Int32(spec.layers[layer].window ?? 0))
    kernels.attention(&arguments, scratch.attention.view.base)
  }
}

/// The working space of one worker.
struct BlockScratch {
  /// [block, hiddenSize]
  let normed: FloatBuffer
  /// What a block puts out before its norm, or an expert its rows, [block, hiddenSize]
  let output: FloatBuffer
  /// [block, the widest first product of a feed-forward block]
  let inner: FloatBuffer
  /// [block, its second product's inputs]
  let activated: FloatBuffer
  let attention: FloatBuffer

  init(_ spec: DecoderSpec, _ weights: DecoderWeights) {
    let blocks = weights.layers.flatMap { layer -> [BlockWeights] in
      switch layer.feedForward {
      case .gated(let block), .plain(let block): [block]
      case .mixture(let mixture): mixture.experts + (mixture.shared.map { [$0] } ?? [])
      }
    }
    let rows = RowBlocks.largest
    normed = FloatBuffer(count: rows * spec.hiddenSize)
    output = FloatBuffer(count: rows * spec.hiddenSize)
    inner = FloatBuffer(count: rows * (blocks.map(\.input.matrix.rows).max() ?? 0))
    activated = FloatBuffer(count: rows * (blocks.map(\.size).max() ?? 0))
    attention = FloatBuffer(count: tare_attention_scratch(Int32(spec.headDim)))
  }
}
