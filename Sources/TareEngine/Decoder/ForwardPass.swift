/// One run of the decoder over one batch, with its working memory.
internal import CKernels
internal import Foundation

/// `@unchecked Sendable`: the steps that run in parallel write to disjoint rows, tiles and
/// per-worker scratch; steps follow one another through the pool.
final class ForwardPass: @unchecked Sendable {
  let spec: DecoderSpec
  let weights: DecoderWeights
  let precision: Precision
  let pool: WorkerPool
  let tree: TokenTree

  let kernels = tare_kernels().pointee
  let rotary: RotaryTables
  let all: RowSet
  /// Of the current layer with linear attention; nil for a family without.
  let linear: LinearAttentionState?
  /// The rows that are read, in order, and each one's place among them.
  private let readRows: [Int]
  private let placeOfRow: [Int: Int]
  /// What the last layer left: all rows, or those that are read.
  private(set) var last: RowSet
  /// Keys and values by slot (`DecoderSpec.keySlots`), [keyValueHead, panel, groups of a panel].
  let keys: [FloatBuffer]
  let values: [FloatBuffer]
  let keySlots: [Int]
  /// A block's activations, one for each worker.
  let scratch: [BlockScratch]
  /// What comes from earlier passes, and what is kept for later ones.
  let transfer: PrefixTransfer
  /// What is told of the pass, and what for; nil for nothing.
  let watch: PassWatch?
  private let memory: PassMemory

  let panelSize = Int(TARE_KEY_PANEL)
  /// From one row of queries to the next, in all layers: blocks are done with one layer before others.
  var queryStride: Int { spec.headCount * spec.headDim }

  /// - Parameters:
  ///   - reads: the rows whose final states are wanted.
  ///   - transfer: panels of known tokens, and panels that are to be kept.
  ///   - probe: what shall be told of the pass beside them.
  init(
    spec: DecoderSpec, weights: DecoderWeights, precision: Precision, pool: WorkerPool,
    memory: PassMemory, tree: TokenTree, reads: some Sequence<Int>,
    transfer: PrefixTransfer = PrefixTransfer(), probe: PassProbe? = nil
  ) {
    memory.beginPass()
    self.transfer = transfer
    watch = probe.map { PassWatch($0, spec, tree) }
    self.memory = memory
    self.spec = spec
    self.weights = weights
    self.precision = precision
    self.pool = pool
    self.tree = tree
    rotary = RotaryTables(spec.rotaries, tree)
    all = RowSet(spec, rows: Array(0..<tree.rowCount), memory)
    last = all
    linear = LinearAttentionState(spec, tree, memory)
    readRows = Set(reads).sorted()
    placeOfRow = Dictionary(uniqueKeysWithValues: zip(readRows, readRows.indices))
    let sizes = Self.panelSizes(spec.headDim, precision)
    let panels = spec.keyValueHeadCount * tree.panelCount
    let slots = spec.keySlots
    keySlots = slots
    let used = 0...(slots.max() ?? 0)
    keys = used.map { slot in
      memory.buffer(count: slots.contains(slot) ? panels * sizes.keys : 0)
    }
    // Positions that no row is written to are multiplied by zeros, so they must be finite.
    values = used.map { slot in
      memory.zeros(count: slots.contains(slot) ? panels * sizes.values : 0)
    }
    scratch = memory.scratch
  }

  /// Floats of the keys and of the values of a panel of one head.
  static func panelSizes(_ headDim: Int, _ precision: Precision) -> (keys: Int, values: Int) {
    let type = precision.ofAttention
    let panelSize = Int(TARE_KEY_PANEL)
    return (
      type.groups(headDim) * panelSize,
      type.groups(panelSize) * Int(tare_padded_head(Int32(headDim)))
    )
  }

  /// - Parameter end: the layer before which it stops; nil for after the last.
  func run(below end: Int? = nil) {
    let tiles = attentionTiles(all)
    loadKnown(layer: 0)
    forEachBlock(of: all) { block, scratch in
      self.embed(block, scratch)
      self.project(block, of: self.all, layer: 0, scratch)
    }
    for layer in spec.layers.indices.prefix(end ?? spec.layerCount) {
      let isLast = layer == spec.layerCount - 1
      watch?.beginLayer(layer, self)
      let rows = isLast ? lastRows() : all
      let isSparse = rows.count < all.count
      if isSparse { watchUnreadRows(tiles, layer: layer) }
      if spec.layers[layer].isLinear {
        attendLinearly(layer: layer)
      } else {
        attend(isSparse ? attentionTiles(rows) : tiles, rows, layer: layer, isWatched: !isSparse)
      }
      saveKnown(layer: layer)
      if !isLast { loadKnown(layer: layer + 1) }
      let isMixture = if case .mixture = spec.layers[layer].feedForward { true } else { false }
      forEachBlock(of: rows) { block, scratch in
        self.finish(block, of: rows, layer: layer, scratch)
        if !isMixture, !isLast { self.project(block, of: rows, layer: layer + 1, scratch) }
      }
      last = rows
      if isMixture { runExperts(rows, layer: layer) }
      watch?.endLayer(layer, self)
      guard isMixture, !isLast || spec.hasLayerEnd else { continue }
      forEachBlock(of: rows) { block, scratch in
        self.endLayer(block, of: rows, layer: layer, scratch)
        if !isLast { self.project(block, of: rows, layer: layer + 1, scratch) }
      }
    }
    watch?.endPass()
  }

  /// The row's hidden state after the final norm, [hiddenSize].
  func finalState(row: Int) -> [Float] {
    let width = spec.hiddenSize
    guard let place = last.count == tree.rowCount ? row : placeOfRow[row] else {
      preconditionFailure("row \(row) is not among those that are read")
    }
    let result = FloatBuffer(count: width)
    norm(
      last.stream.view[from: place * width], weights.finalNorm, into: result.view, rows: 1,
      width: width)
    return result.view.array
  }

  /// The row's residual stream, [hiddenSize], where the last layer was computed for all rows.
  func streamState(row: Int) -> [Float] {
    let width = spec.hiddenSize
    return all.stream.view[(row * width)..<((row + 1) * width)].array
  }

  func forEachBlock(
    of rows: RowSet, _ body: @Sendable (Range<Int>, BlockScratch) -> Void
  ) {
    let blocks = RowBlocks.blocks(rows.count, workers: pool.threadCount)
    pool.run(parts: blocks.count) { part, worker in body(blocks[part], self.scratch[worker]) }
  }

  /// Whether the last layer works on the read rows alone; with most rows read it is not worth it.
  var isLastLayerSparse: Bool {
    2 * readRows.count <= tree.rowCount && spec.layers.last?.isLinear != true
  }

  /// The rows of the last layer, their queries projected.
  private func lastRows() -> RowSet {
    guard isLastLayerSparse else { return all }
    let rows = RowSet(spec, rows: readRows, of: all, memory)
    forEachBlock(of: rows) { block, scratch in
      self.projectQueries(block, of: rows, layer: self.spec.layerCount - 1, scratch)
    }
    return rows
  }

  // MARK: - Steps over a block of rows

  private func embed(_ block: Range<Int>, _ scratch: BlockScratch) {
    let width = spec.hiddenSize
    for row in block {
      let target = all.stream.view[(row * width)..<((row + 1) * width)]
      embedToken(row, into: target)
      if let table = weights.positions, let learned = spec.learnedPositions {
        let place = tree.positions[row] + learned.offset
        let own = scratch.output.view[0..<width]
        table.read(place..<(place + 1), into: own)
        for i in 0..<width { target.base[i] += own.base[i] }
      }
    }
    if let embeddingNorm = weights.embeddingNorm {
      let rows = all.stream.view[from: block.lowerBound * width]
      norm(rows, embeddingNorm, into: rows, rows: block.count, width: width)
    }
  }

  /// The scaled embedding of a row's token, [hiddenSize].
  func embedToken(_ row: Int, into target: FloatView) {
    let token = Int(tree.tokens[row])
    weights.embedding.read(token..<(token + 1), into: target[0..<spec.hiddenSize])
    guard spec.embeddingScale != 1 else { return }
    for i in 0..<spec.hiddenSize { target.base[i] *= spec.embeddingScale }
  }

  /// Attention's output of a block as the output projection takes it: without what follows the rows of
  /// narrow layers, and the zeros that fill up heads of latent attention. In place.
  private func attended(_ block: Range<Int>, of set: RowSet, layer: Int) -> FloatView {
    let values = set.queries.view[from: block.lowerBound * queryStride]
    let (rows, width) = (block.count, spec.heads(layer).queryWidth)
    if width != queryStride {
      for row in 0..<rows {
        memmove(
          values[from: row * width].base, values[from: row * queryStride].base,
          width * MemoryLayout<Float>.size)
      }
    }
    guard let latent = spec.latent, latent.valueDim != spec.headDim else { return values }
    for index in 0..<(rows * spec.headCount) {
      let target = values[from: index * latent.valueDim].base
      memmove(
        target, values[from: index * spec.headDim].base,
        latent.valueDim * MemoryLayout<Float>.size)
    }
    return values
  }

  /// Gates, output projection and feed-forward block, each block's output added to the residual
  /// stream. A mixture of experts is only prepared here: see `runExperts`.
  private func finish(
    _ block: Range<Int>, of rows: RowSet, layer index: Int, _ scratch: BlockScratch
  ) {
    let layer = weights.layers[index]
    let count = block.count
    let target = rows.stream.view[from: block.lowerBound * spec.hiddenSize]
    if rows.count == all.count { watch?.gates(block, of: rows, self) }
    let source: FloatView
    if spec.layers[index].isLinear, let state = linear, let kind = spec.linearAttention {
      source = state.output.view[from: block.lowerBound * kind.valueWidth]
    } else {
      if spec.outputGate != .none { applyGates(block, of: rows, spec.heads(index)) }
      source = attended(block, of: rows, layer: index)
    }
    func addAttention() {
      add(
        operand(source, for: layer.attentionOutput, scratch, rows: count), layer.attentionOutput,
        layer.attentionPostNorm, to: target, scratch)
    }
    if spec.hasParallelResidual {
      // The feed-forward block reads what attention has read.
      norm(target, layer.feedForwardNorm, into: scratch.normed.view, rows: count)
      addAttention()
      return feedForward(scratch.normed.view, layer, into: target, scratch, rows: count)
    }
    addAttention()
    let input = normed(target, layer.feedForwardNorm, scratch, rows: count)
    if case .mixture(let mixture) = layer.feedForward {
      route(input, mixture, block, of: rows, layer: index, scratch)
    } else {
      feedForward(input, layer, into: target, scratch, rows: count)
      endLayer(block, of: rows, layer: index, scratch)
    }
  }

  /// What the last layer's router chooses for a block's rows; changes the rows.
  func routeAlone(
    _ block: Range<Int>, of rows: RowSet, layer index: Int, _ scratch: BlockScratch
  ) {
    let layer = weights.layers[index]
    guard case .mixture(let mixture) = layer.feedForward,
      case .mixture(let mixtureSpec) = spec.layers[index].feedForward
    else { return }
    let target = rows.stream.view[from: block.lowerBound * spec.hiddenSize]
    let heads = spec.heads(index)
    if spec.outputGate != .none { applyGates(block, of: rows, heads) }
    let source = attended(block, of: rows, layer: index)
    add(
      operand(source, for: layer.attentionOutput, scratch, rows: block.count),
      layer.attentionOutput, layer.attentionPostNorm, to: target, scratch)
    let input = normed(target, layer.feedForwardNorm, scratch, rows: block.count)
    chooseExperts(input, mixture, block, of: rows, mixtureSpec, scratch)
  }

  private func applyGates(_ block: Range<Int>, of rows: RowSet, _ heads: LayerHeads) {
    for place in block {
      let values = rows.queries.view[from: place * queryStride]
      let gates = rows.gates.view[from: place * spec.gateWidth]
      if spec.outputGate == .elementwise {
        kernels.sigmoidGate(values.base, gates.base, heads.queryWidth)
        continue
      }
      for head in 0..<spec.headCount {
        var gate: Float = 1
        kernels.sigmoidGate(&gate, gates.base + head, 1)
        for i in 0..<heads.dim { values.base[head * heads.dim + i] *= gate }
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
      add(inner, block.down, layer.feedForwardPostNorm, to: target, scratch)
    case .mixture: break
    }
  }

  /// What goes into a block's second product, [rows, size].
  func inner(
    _ input: FloatView, _ block: BlockWeights, _ scratch: BlockScratch, rows: Int
  ) -> Operand {
    let source = operand(input, for: block.input, scratch, rows: rows)
    let precision = block.down.matrix.precision
    let activation = spec.activation.kernel
    let (outputs, size) = (block.input.matrix.rows, block.size)
    guard outputs != size else {
      let inner = scratch.inner.view
      multiply(source, block.input, scratch, into: inner)
      kernels.activate(inner.base, rows * size, activation)
      return scratch.innerOperand.load(inner, rows: rows, columns: size, precision)
    }
    let step = BlockScratch.innerWidth
    for start in stride(from: 0, to: outputs, by: step) {
      let range = start..<min(start + step, outputs)
      let columns = (start / 2)..<(start / 2 + range.count / 2)
      multiply(source, block.input, scratch, outputs: range, into: scratch.inner.view)
      // In bfloat16 the activations go on at once, from where the cache has them.
      let isDirect = precision == .bfloat16
      let target =
        isDirect ? scratch.activated.view : scratch.activated.view[from: columns.lowerBound]
      let width = isDirect ? columns.count : size
      if let gate = spec.clampedGate {
        kernels.clampedUnit(
          target.base, width, scratch.inner.view.base, range.count, rows, columns.count, gate.alpha,
          gate.limit)
      } else {
        kernels.gatedUnit(
          target.base, width, scratch.inner.view.base, range.count, rows, columns.count,
          activation)
      }
      guard isDirect else { continue }
      scratch.innerOperand.load(target, stride: width, columns: columns, of: size, rows: rows)
    }
    guard precision != .bfloat16 else { return scratch.innerOperand.bfloat16(rows, size) }
    return scratch.innerOperand.load(scratch.activated.view, rows: rows, columns: size, precision)
  }
}
