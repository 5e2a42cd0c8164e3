/// Keys and values on their way between a pass and the prefix cache, layer by layer.

struct PrefixTransfer: Sendable {
  /// A panel of the pass, and its memory in the cache, [layer with keys of its own, keyValueHead, keys
  /// and values of a panel].
  struct Panel: Sendable {
    let panel: Int
    let memory: FloatBuffer
  }

  /// Panels whose first columns were computed before, and panels that are to be kept.
  var loads: [Panel] = []
  var saves: [Panel] = []
}

extension ForwardPass {
  /// Keeps a layer's panels; before those of the next layer are written.
  func saveKnown(layer: Int) {
    let saves = spec.heads(layer).hasKeys ? transfer.saves : []
    pool.run(parts: saves.count) { part, _ in
      self.copy(saves[part], layer: layer, intoPass: false)
    }
  }

  /// Brings a layer's panels; before the columns that the pass computes are written.
  func loadKnown(layer: Int) {
    let loads = spec.heads(layer).hasKeys ? transfer.loads : []
    pool.run(parts: loads.count) { part, _ in
      self.copy(loads[part], layer: layer, intoPass: true)
    }
  }

  private func copy(_ panel: PrefixTransfer.Panel, layer: Int, intoPass: Bool) {
    let heads = spec.heads(layer)
    let sizes = Self.panelSizes(heads.dim, precision)
    let start = Self.keptFloats(spec, precision, below: layer)
    for head in 0..<heads.groups {
      let place = head * tree.panelCount + panel.panel
      let kept = panel.memory.view[from: start + head * (sizes.keys + sizes.values)]
      let key = keys[keySlots[layer]].view[from: place * sizes.keys]
      let value = values[keySlots[layer]].view[from: place * sizes.values]
      if intoPass {
        key.base.update(from: kept.base, count: sizes.keys)
        value.base.update(from: kept[from: sizes.keys].base, count: sizes.values)
      } else {
        kept.base.update(from: key.base, count: sizes.keys)
        kept[from: sizes.keys].base.update(from: value.base, count: sizes.values)
      }
    }
  }

  /// Floats of a panel that are kept of the layers below one.
  static func keptFloats(_ spec: DecoderSpec, _ precision: Precision, below layer: Int) -> Int {
    (0..<layer).reduce(0) { total, index in
      let heads = spec.heads(index)
      guard heads.hasKeys else { return total }
      let sizes = panelSizes(heads.dim, precision)
      return total + heads.groups * (sizes.keys + sizes.values)
    }
  }
}
