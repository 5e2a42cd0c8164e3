/// Attention in the forward pass: tiles of queries, shared out over the threads.
internal import CKernels

extension ForwardPass {
  /// Query positions of one head of one branch.
  struct AttentionTile {
    let branch: Int
    let head: Int
    /// Place of the first query among the row set.
    let place: Int
    let positions: Range<Int>
  }

  /// Rows that follow each other in a branch, cut where panels end; the longest first, so that no
  /// thread ends on a long one.
  func attentionTiles(_ rows: RowSet) -> [AttentionTile] {
    var tiles: [AttentionTile] = []
    var place = 0
    while place < rows.count {
      let row = rows.rows[place]
      let (branch, position) = (tree.branchOfRow[row], tree.positions[row])
      let end = tree.branches[branch].end - 1
      // What sees the whole sequence is computed as if it stood at the end of it, by itself.
      let limit = spec.isCausal ? panelSize - position % panelSize : 1
      var count = 1
      while count < limit, place + count < rows.count, rows.rows[place + count] == row + count,
        tree.branchOfRow[row + count] == branch
      { count += 1 }
      for head in 0..<spec.headCount {
        tiles.append(
          AttentionTile(
            branch: branch, head: head, place: place,
            positions: spec.isCausal ? position..<(position + count) : end..<(end + 1)))
      }
      place += count
    }
    return tiles.sorted { $0.positions.upperBound > $1.positions.upperBound }
  }

  /// - Parameter isWatched: whether masses and entropies are told, where they are asked for.
  func attend(_ tiles: [AttentionTile], _ rows: RowSet, layer: Int, isWatched: Bool) {
    let watch = isWatched ? self.watch?.attention : nil
    pool.run(parts: tiles.count) { part, worker in
      let scratch = self.scratch[worker]
      scratch.clock.attention { self.attend(tiles[part], rows, layer: layer, watch, scratch) }
    }
  }

  /// Attention's output takes the place of the queries.
  private func attend(
    _ tile: AttentionTile, _ rows: RowSet, layer: Int, _ watch: PassWatch.Attention?,
    _ scratch: BlockScratch
  ) {
    let watched = watch?.places(head: tile.head, row: tile.place)
    let heads = spec.heads(layer)
    let slot = keySlots[layer]
    let sizes = Self.panelSizes(heads.dim, precision)
    let group = tile.head / (heads.queries / heads.groups)
    let queries = rows.queries.view[from: tile.place * queryStride + tile.head * heads.dim]
    tree.branches[tile.branch].panels.withUnsafeBufferPointer { panels in
      guard let panels = panels.baseAddress else { return }
      var arguments = TareAttentionTile(
        type: precision.ofAttention.kernel, query: queries.base,
        queryStride: queryStride,
        panels: panels,
        keys: keys[slot].view[from: group * tree.panelCount * sizes.keys].base,
        keyPanelSize: sizes.keys,
        values: values[slot].view[from: group * tree.panelCount * sizes.values].base,
        valuePanelSize: sizes.values, output: queries.base, outputStride: queryStride,
        queryStart: Int32(tile.positions.lowerBound), queryCount: Int32(tile.positions.count),
        headDim: Int32(heads.dim),
        scale: spec.attentionScale * spec.layers[layer].attentionFactor,
        softCap: spec.attentionSoftCap ?? 0,
        slope: spec.slopes.isEmpty ? 0 : spec.slopes[tile.head],
        window: Int32(spec.layers[layer].window ?? 0),
        sinkLogit: (weights.layers[layer].sinks?.view.base).map { UnsafePointer($0 + tile.head) },
        sink: watched?.sink.base,
        entropy: watched?.entropy.base)
      kernels.attention(&arguments, scratch.attention.view.base)
    }
  }
}
