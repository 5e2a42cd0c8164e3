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
  private let rotary: RotaryTables
  let all: RowSet
  /// Of the current layer with linear attention; nil for a family without.
  let linear: LinearAttentionState?
  /// The rows that are read, in order, and each one's place among them.
  private let readRows: [Int]
  private let placeOfRow: [Int: Int]
  /// What the last layer left: all rows, or those that are read.
  private(set) var last: RowSet
  /// Keys and values of the current layer, [keyValueHead, panel, groups of a panel].
  let keys: FloatBuffer
  let values: FloatBuffer
  let keyPanelSize: Int
  let valuePanelSize: Int
  /// A block's activations, one for each worker.
  let scratch: [BlockScratch]
  /// What comes from earlier passes, and what is kept for later ones.
  let transfer: PrefixTransfer
  /// What is told of the pass, and what for; nil for nothing.
  let watch: PassWatch?
  private let memory: PassMemory

  let panelSize = Int(TARE_KEY_PANEL)
  var queryWidth: Int { spec.headCount * spec.headDim }
  private var keyWidth: Int { spec.keyValueHeadCount * spec.headDim }
  private var gateStart: Int { queryWidth + 2 * keyWidth }

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
    (keyPanelSize, valuePanelSize) = Self.panelSizes(spec, precision)
    let panels = spec.keyValueHeadCount * tree.panelCount
    // Positions that no row is written to are multiplied by zeros, so they must be finite.
    keys = memory.buffer(count: panels * keyPanelSize)
    values = memory.zeros(count: panels * valuePanelSize)
    scratch = memory.scratch
  }

  /// Floats of the keys and of the values of a panel of one head.
  static func panelSizes(_ spec: DecoderSpec, _ precision: Precision) -> (keys: Int, values: Int) {
    let type = precision.ofAttention
    let panelSize = Int(TARE_KEY_PANEL)
    return (
      type.groups(spec.headDim) * panelSize,
      type.groups(panelSize) * Int(tare_padded_head(Int32(spec.headDim)))
    )
  }

  func run() {
    let tiles = attentionTiles(all)
    loadKnown(layer: 0)
    forEachBlock(of: all) { block, scratch in
      self.embed(block, scratch)
      self.project(block, of: self.all, layer: 0, scratch)
    }
    for layer in spec.layers.indices {
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
      guard isMixture, !isLast else { continue }
      forEachBlock(of: rows) { block, scratch in
        self.project(block, of: rows, layer: layer + 1, scratch)
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

  func forEachBlock(
    of rows: RowSet, _ body: @Sendable (Range<Int>, BlockScratch) -> Void
  ) {
    let blocks = RowBlocks.blocks(rows.count, workers: pool.threadCount)
    pool.run(parts: blocks.count) { part, worker in body(blocks[part], self.scratch[worker]) }
  }

  /// Whether the last layer works on the read rows alone; with most rows read it is not worth it.
  private var isLastLayerSparse: Bool {
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
      let token = Int(tree.tokens[row])
      let target = all.stream.view[(row * width)..<((row + 1) * width)]
      weights.embedding.read(token..<(token + 1), into: target)
      if spec.embeddingScale != 1 {
        for i in 0..<width { target.base[i] *= spec.embeddingScale }
      }
      if let table = weights.positions, let learned = spec.learnedPositions {
        let place = tree.positions[row] + learned.offset
        let own = scratch.output.view[0..<width]
        table.read(place..<(place + 1), into: own)
        for i in 0..<width { target.base[i] += own.base[i] }
      }
    }
  }

  /// Norm, query-key-value projection, norms of heads, rotation; keys and values go into their
  /// panels. In the last layer rows that are not read need no queries.
  private func project(
    _ block: Range<Int>, of rows: RowSet, layer index: Int, _ scratch: BlockScratch
  ) {
    if spec.layers[index].isLinear {
      return projectLinearly(block, of: rows, layer: index, scratch)
    }
    let isSparse = index == spec.layerCount - 1 && isLastLayerSparse && watch == nil
    let panel = Int(TARE_PANEL)
    let first = isSparse ? queryWidth / panel * panel : 0
    projectRows(
      block, of: rows, layer: index, outputs: first..<(isSparse ? gateStart : spec.attentionWidth),
      scratch)
    let layer = weights.layers[index]
    for (place, row) in zip(block, rows.rows[block]) {
      let line = scratch.projected.view[from: (place - block.lowerBound) * spec.attentionWidth]
      if !isSparse { finishQueries(line, place: place, of: rows, layer: index) }
      let key = line[from: queryWidth]
      limit(key[from: keyWidth], count: keyWidth)
      turn(key, layer.keyNorm, heads: spec.keyValueHeadCount, row: row, layer: index)
      keep(key, row: row)
    }
  }

  /// The projection of a layer with linear attention, of which all rows are computed.
  private func projectLinearly(
    _ block: Range<Int>, of rows: RowSet, layer index: Int, _ scratch: BlockScratch
  ) {
    let layer = weights.layers[index]
    guard let kind = spec.linearAttention, let state = linear, let own = layer.linear else {
      return
    }
    let source = rows.stream.view[from: block.lowerBound * spec.hiddenSize]
    let input = normed(source, layer.attentionNorm, scratch, rows: block.count)
    multiply(
      operand(input, for: own.input, scratch, rows: block.count), own.input, scratch,
      into: state.projected.view[from: block.lowerBound * kind.width])
  }

  /// Queries and gates of rows whose keys and values are there already.
  private func projectQueries(
    _ block: Range<Int>, of rows: RowSet, layer index: Int, _ scratch: BlockScratch
  ) {
    projectRows(block, of: rows, layer: index, outputs: 0..<spec.attentionWidth, scratch)
    for place in block {
      let line = scratch.projected.view[from: (place - block.lowerBound) * spec.attentionWidth]
      finishQueries(line, place: place, of: rows, layer: index)
    }
  }

  /// Some outputs of the query-key-value projection, in their places in `scratch.projected`.
  private func projectRows(
    _ block: Range<Int>, of rows: RowSet, layer index: Int, outputs: Range<Int>,
    _ scratch: BlockScratch
  ) {
    let layer = weights.layers[index]
    let source = rows.stream.view[from: block.lowerBound * spec.hiddenSize]
    let input = normed(source, layer.attentionNorm, scratch, rows: block.count)
    if let latent = spec.latent, let weights = layer.latent {
      return projectLatent(
        input, latent, weights, scratch, rows: block.count, needsQueries: outputs.lowerBound == 0)
    }
    guard let linear = layer.queryKeyValue else { return }
    multiply(
      operand(input, for: linear, scratch, rows: block.count), linear, scratch,
      outputs: outputs, into: scratch.projected.view[from: outputs.lowerBound],
      stride: spec.attentionWidth)
  }

  /// Queries, keys and values of latent attention, in their places in `scratch.projected`: of each
  /// head the turned values, the plain ones, and zeros up to the head's size.
  private func projectLatent(
    _ input: FloatView, _ latent: LatentSpec, _ weights: LatentWeights, _ scratch: BlockScratch,
    rows: Int, needsQueries: Bool
  ) {
    let head = spec.headDim
    let (turned, plain, rank) = (latent.turnedDim, latent.plainDim, latent.keyValueRank)
    let queryRank = latent.queryRank ?? 0
    let down = scratch.latent.view
    let downWidth = queryRank + rank + turned
    let part = scratch.latentPart.view
    let wide = scratch.latentWide.view
    var kind = NormSpec(epsilon: 1)
    kind.epsilon = latent.epsilon
    func fill(_ target: FloatView, _ from: FloatView, _ count: Int) {
      target.base.update(from: from.base, count: count)
    }
    /// Some columns of `down` after their norm.
    func normedPart(_ start: Int, _ width: Int, _ norm: NormWeights) -> FloatView {
      for row in 0..<rows {
        fill(part[from: row * width], down[from: row * downWidth + start], width)
      }
      self.norm(part, norm, into: part, rows: rows, width: width, kind)
      return part
    }
    if needsQueries, latent.queryRank == nil {
      multiply(
        operand(input, for: weights.query, scratch, rows: rows), weights.query, scratch,
        into: wide)
    }
    multiply(
      operand(input, for: weights.down, scratch, rows: rows), weights.down, scratch,
      into: down)
    scratch.projected.view.base.update(repeating: 0, count: rows * spec.attentionWidth)
    if needsQueries {
      if let norm = weights.queryNorm {
        multiply(
          operand(normedPart(0, queryRank, norm), for: weights.query, scratch, rows: rows),
          weights.query, scratch, into: wide)
      }
      for row in 0..<rows {
        for index in 0..<spec.headCount {
          fill(
            scratch.projected.view[from: row * spec.attentionWidth + index * head],
            wide[from: (row * spec.headCount + index) * latent.keyDim], latent.keyDim)
        }
      }
    }
    multiply(
      operand(
        normedPart(queryRank, rank, weights.keyValueNorm), for: weights.keyValue, scratch,
        rows: rows), weights.keyValue, scratch, into: wide)
    for row in 0..<rows {
      let line = scratch.projected.view[from: row * spec.attentionWidth]
      let shared = down[from: row * downWidth + queryRank + rank]
      for index in 0..<spec.headCount {
        let key = line[from: queryWidth + index * head]
        let own = wide[from: (row * spec.headCount + index) * (plain + latent.valueDim)]
        fill(key, shared, turned)
        fill(key[from: turned], own, plain)
        fill(line[from: queryWidth + keyWidth + index * head], own[from: plain], latent.valueDim)
      }
    }
  }

  /// Attention's output of rows as the output projection takes it: without the zeros that fill up
  /// heads of latent attention. In place.
  private func attended(_ values: FloatView, rows: Int) -> FloatView {
    guard let latent = spec.latent, latent.valueDim != spec.headDim else { return values }
    for index in 0..<(rows * spec.headCount) {
      let target = values[from: index * latent.valueDim].base
      memmove(
        target, values[from: index * spec.headDim].base,
        latent.valueDim * MemoryLayout<Float>.size)
    }
    return values
  }

  private func finishQueries(_ line: FloatView, place: Int, of rows: RowSet, layer index: Int) {
    let row = rows.rows[place]
    turn(line, weights.layers[index].queryNorm, heads: spec.headCount, row: row, layer: index)
    if let scaling = spec.queryScaling {
      let factor = scaling.factor(at: tree.positions[row])
      for i in 0..<queryWidth { line.base[i] *= factor }
    }
    rows.queries.view[from: place * queryWidth].base.update(from: line.base, count: queryWidth)
    guard spec.gateWidth > 0 else { return }
    rows.gates.view[from: place * spec.gateWidth].base.update(
      from: line[from: gateStart].base, count: spec.gateWidth)
  }

  /// Cuts a row's projections off, where the family does.
  private func limit(_ values: FloatView, count: Int) {
    guard let limit = spec.projectionLimit else { return }
    for i in 0..<count { values.base[i] = min(max(values.base[i], -limit), limit) }
  }

  /// The norm of one row's queries or keys and their rotation, in place.
  private func turn(
    _ values: FloatView, _ weights: NormWeights?, heads: Int, row: Int, layer: Int
  ) {
    if !spec.isNormAfterRotation { normHeads(values, weights, heads: heads) }
    limit(values, count: heads * spec.headDim)
    rotate(values, heads: heads, row: row, layer: layer)
    if spec.isNormAfterRotation { normHeads(values, weights, heads: heads) }
  }

  private func normHeads(_ values: FloatView, _ weights: NormWeights?, heads: Int) {
    guard let weights else { return }
    let kind = spec.queryKeyNormSpec ?? spec.norm
    switch spec.queryKeyNorm {
    case .none: break
    case .head: norm(values, weights, into: values, rows: heads, width: spec.headDim, kind)
    case .whole: norm(values, weights, into: values, rows: 1, width: heads * spec.headDim, kind)
    case .ownHead:
      for head in 0..<heads {
        let start = head * spec.headDim
        norm(
          values[from: start], weights, start: start, into: values[from: start], rows: 1,
          width: spec.headDim, kind)
      }
    }
  }

  private func rotate(_ values: FloatView, heads: Int, row: Int, layer: Int) {
    guard let place = spec.layers[layer].rotary else { return }
    let position = tree.positions[row]
    let table = rotary[place, branch: tree.branchOfRow[row]]
    kernels.rotate(
      values.base, heads, spec.headDim, 2 * table.half,
      table.cosine.view[from: position * table.half].base,
      table.sine.view[from: position * table.half].base)
  }

  /// Puts a row's keys and, right after them, values into their panels.
  private func keep(_ key: FloatView, row: Int) {
    let position = tree.positions[row]
    let column = Int32(position % panelSize)
    func put(_ panel: Int32) {
      kernels.keep(
        precision.ofAttention.kernel, key.base, key[from: keyWidth].base,
        Int32(spec.keyValueHeadCount), Int32(spec.headDim),
        keys.view[from: Int(panel) * keyPanelSize].base, tree.panelCount * keyPanelSize,
        values.view[from: Int(panel) * valuePanelSize].base, tree.panelCount * valuePanelSize,
        column)
    }
    put(tree.branches[tree.branchOfRow[row]].panels[position / panelSize])
    for panel in tree.copies[row] ?? [] { put(panel) }
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
      if spec.outputGate != .none { applyGates(block, of: rows) }
      source = attended(rows.queries.view[from: block.lowerBound * queryWidth], rows: count)
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
    if spec.outputGate != .none { applyGates(block, of: rows) }
    let source = attended(
      rows.queries.view[from: block.lowerBound * queryWidth], rows: block.count)
    add(
      operand(source, for: layer.attentionOutput, scratch, rows: block.count),
      layer.attentionOutput, layer.attentionPostNorm, to: target, scratch)
    let input = normed(target, layer.feedForwardNorm, scratch, rows: block.count)
    chooseExperts(input, mixture, block, of: rows, mixtureSpec)
  }

  private func applyGates(_ block: Range<Int>, of rows: RowSet) {
    for place in block {
      let values = rows.queries.view[from: place * queryWidth]
      let gates = rows.gates.view[from: place * spec.gateWidth]
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

  // MARK: - Norms and products

  private func operand(
    _ view: FloatView, for linear: LinearWeights, _ scratch: BlockScratch, rows: Int
  ) -> Operand {
    scratch.operand.load(
      view, rows: rows, columns: linear.matrix.columns, linear.matrix.precision)
  }

  /// target += postNorm(source · weightsᵀ + bias), [rows, hiddenSize].
  private func add(
    _ source: Operand, _ linear: LinearWeights, _ postNorm: NormWeights?, to target: FloatView,
    _ scratch: BlockScratch
  ) {
    guard postNorm != nil || spec.residualScale != 1 else {
      return multiply(source, linear, scratch, into: target, adding: true)
    }
    let output = scratch.output.view
    multiply(source, linear, scratch, into: output)
    if let postNorm { norm(output, postNorm, into: output, rows: source.rows) }
    let scale = spec.residualScale
    for i in 0..<(source.rows * spec.hiddenSize) { target.base[i] += scale * output.base[i] }
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

  /// - Parameters:
  ///   - start: the first of the weights.
  ///   - kind: another norm than that of the layers.
  private func norm(
    _ source: FloatView, _ weights: NormWeights, start: Int = 0, into target: FloatView, rows: Int,
    width: Int, _ kind: NormSpec? = nil
  ) {
    let kind = kind ?? spec.norm
    let weight = weights.weight.view[from: start]
    precondition(source.count >= rows * width && target.count >= rows * width)
    precondition(weight.count >= width)
    switch kind.kind {
    case .rms:
      kernels.rmsNorm(target.base, source.base, weight.base, rows, width, kind.epsilon)
    case .layer:
      kernels.layerNorm(
        target.base, source.base, weight.base, weights.bias.view[from: start].base, rows, width,
        kind.epsilon)
    }
  }

  /// target (+)= source · weightsᵀ + bias, [rows, inputs] to [rows, outputs].
  func multiply(
    _ source: Operand, _ linear: LinearWeights, _ scratch: BlockScratch,
    outputs: Range<Int>? = nil, into target: FloatView, stride: Int? = nil, adding: Bool = false
  ) {
    scratch.clock.product {
      linear.matrix.multiply(
        source, bias: linear.bias, outputs: outputs, into: target, targetStride: stride,
        adding: adding)
    }
  }
}
