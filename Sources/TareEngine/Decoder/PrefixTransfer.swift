/// Keys and values on their way between a pass and the prefix cache, layer by layer.

struct PrefixTransfer: Sendable {
  /// A panel of the pass, and its memory in the cache, [layer, keyValueHead, keys and values of a panel].
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
    let saves = transfer.saves
    pool.run(parts: saves.count) { part, _ in
      self.copy(saves[part], layer: layer, intoPass: false)
    }
  }

  /// Brings a layer's panels; before the columns that the pass computes are written.
  func loadKnown(layer: Int) {
    let loads = transfer.loads
    pool.run(parts: loads.count) { part, _ in
      self.copy(loads[part], layer: layer, intoPass: true)
    }
  }

  private func copy(_ panel: PrefixTransfer.Panel, layer: Int, intoPass: Bool) {
    let size = keyPanelSize + valuePanelSize
    for head in 0..<spec.keyValueHeadCount {
      let place = head * tree.panelCount + panel.panel
      let kept = panel.memory.view[from: (layer * spec.keyValueHeadCount + head) * size]
      let key = keys.view[from: place * keyPanelSize]
      let value = values.view[from: place * valuePanelSize]
      if intoPass {
        key.base.update(from: kept.base, count: keyPanelSize)
        value.base.update(from: kept[from: keyPanelSize].base, count: valuePanelSize)
      } else {
        kept.base.update(from: key.base, count: keyPanelSize)
        kept[from: keyPanelSize].base.update(from: value.base, count: valuePanelSize)
      }
    }
  }
}
