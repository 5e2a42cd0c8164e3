/// Queries, keys and values of a block's rows: what attention reads.
internal import CKernels

extension ForwardPass {
  /// Norm, query-key-value projection, norms of heads, rotation; keys and values go into their
  /// panels. In the last layer rows that are not read need no queries.
  func project(
    _ block: Range<Int>, of rows: RowSet, layer index: Int, _ scratch: BlockScratch
  ) {
    if spec.layers[index].isLinear {
      return projectLinearly(block, of: rows, layer: index, scratch)
    }
    let isSparse = index == spec.layerCount - 1 && isLastLayerSparse && watch == nil
    let heads = spec.heads(index)
    if isSparse, !heads.hasKeys { return }
    let panel = Int(TARE_PANEL)
    let first = isSparse ? heads.queryWidth / panel * panel : 0
    let end = isSparse ? min(heads.gateStart, heads.projectedWidth) : heads.projectedWidth
    projectRows(block, of: rows, layer: index, outputs: first..<end, scratch)
    let layer = weights.layers[index]
    for (place, row) in zip(block, rows.rows[block]) {
      let line = scratch.projected.view[from: (place - block.lowerBound) * heads.width]
      if !isSparse { finishQueries(line, place: place, of: rows, layer: index) }
      guard heads.hasKeys else { continue }
      let key = line[from: heads.queryWidth]
      let value = key[from: heads.keyWidth]
      if heads.hasKeysForValues { value.base.update(from: key.base, count: heads.keyWidth) }
      limit(value, count: heads.keyWidth)
      if let norm = layer.valueNorm {
        self.norm(value, norm, into: value, rows: heads.groups, width: heads.dim)
      }
      turn(key, layer.keyNorm, heads: heads.groups, row: row, layer: index)
      keep(key, heads, row: row, layer: index)
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
  func projectQueries(
    _ block: Range<Int>, of rows: RowSet, layer index: Int, _ scratch: BlockScratch
  ) {
    let heads = spec.heads(index)
    projectRows(block, of: rows, layer: index, outputs: 0..<heads.projectedWidth, scratch)
    for place in block {
      let line = scratch.projected.view[from: (place - block.lowerBound) * heads.width]
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
      stride: spec.heads(index).width)
  }

  /// Queries, keys and values of latent attention, in their places in `scratch.projected`: of each
  /// head the turned values, the plain ones, and zeros up to the head's size.
  private func projectLatent(
    _ input: FloatView, _ latent: LatentSpec, _ weights: LatentWeights, _ scratch: BlockScratch,
    rows: Int, needsQueries: Bool
  ) {
    let head = spec.headDim
    let (queryWidth, keyWidth) = (spec.headCount * head, spec.keyValueHeadCount * head)
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

  private func finishQueries(_ line: FloatView, place: Int, of rows: RowSet, layer index: Int) {
    let row = rows.rows[place]
    let heads = spec.heads(index)
    let width = heads.queryWidth
    turn(line, weights.layers[index].queryNorm, heads: heads.queries, row: row, layer: index)
    if let scaling = spec.queryScaling {
      let factor = scaling.factor(at: tree.positions[row])
      for i in 0..<width { line.base[i] *= factor }
    }
    rows.queries.view[from: place * queryStride].base.update(from: line.base, count: width)
    guard spec.gateWidth > 0 else { return }
    rows.gates.view[from: place * spec.gateWidth].base.update(
      from: line[from: heads.gateStart].base, count: spec.gateWidth)
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
    let dim = spec.heads(layer).dim
    if !spec.isNormAfterRotation { normHeads(values, weights, heads: heads, dim: dim) }
    limit(values, count: heads * dim)
    rotate(values, heads: heads, dim: dim, row: row, layer: layer)
    if spec.isNormAfterRotation { normHeads(values, weights, heads: heads, dim: dim) }
  }

  private func normHeads(_ values: FloatView, _ weights: NormWeights?, heads: Int, dim: Int) {
    guard let weights else { return }
    let kind = spec.queryKeyNormSpec ?? spec.norm
    switch spec.queryKeyNorm {
    case .none: break
    case .head: norm(values, weights, into: values, rows: heads, width: dim, kind)
    case .whole: norm(values, weights, into: values, rows: 1, width: heads * dim, kind)
    case .ownHead:
      for head in 0..<heads {
        let start = head * dim
        norm(
          values[from: start], weights, start: start, into: values[from: start], rows: 1,
          width: dim, kind)
      }
    }
  }

  private func rotate(_ values: FloatView, heads: Int, dim: Int, row: Int, layer: Int) {
    guard let place = spec.layers[layer].rotary else { return }
    let position = tree.positions[row]
    let table = rotary[place, branch: tree.branchOfRow[row]]
    kernels.rotate(
      values.base, heads, dim, 2 * table.half,
      table.cosine.view[from: position * table.half].base,
      table.sine.view[from: position * table.half].base)
  }

  /// Puts a row's keys and, right after them, values into their panels.
  private func keep(_ key: FloatView, _ heads: LayerHeads, row: Int, layer: Int) {
    let sizes = Self.panelSizes(heads.dim, precision)
    let (keys, values) = (keys[keySlots[layer]], values[keySlots[layer]])
    let position = tree.positions[row]
    let column = Int32(position % panelSize)
    func put(_ panel: Int32) {
      kernels.keep(
        precision.ofAttention.kernel, key.base, key[from: heads.keyWidth].base,
        Int32(heads.groups), Int32(heads.dim),
        keys.view[from: Int(panel) * sizes.keys].base, tree.panelCount * sizes.keys,
        values.view[from: Int(panel) * sizes.values].base, tree.panelCount * sizes.values,
        column)
    }
    put(tree.branches[tree.branchOfRow[row]].panels[position / panelSize])
    for panel in tree.copies[row] ?? [] { put(panel) }
  }
}
