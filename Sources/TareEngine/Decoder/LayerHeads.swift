/// The heads of one layer, and where their values stand in a row.

struct LayerHeads {
  let dim: Int
  let queries: Int
  /// Key and value heads.
  let groups: Int
  let gateWidth: Int
  /// Whether the layer makes keys and values, and does not read another layer's.
  let hasKeys: Bool
  /// Whether values are the projected keys, before the norm and the rotation.
  let hasKeysForValues: Bool

  var queryWidth: Int { queries * dim }
  var keyWidth: Int { groups * dim }
  /// Queries, keys, values and gates stand one after another in a row.
  var gateStart: Int { queryWidth + 2 * keyWidth }
  var width: Int { gateStart + gateWidth }
  /// What the projection gives: the first values of a row.
  var projectedWidth: Int {
    guard hasKeys else { return queryWidth }
    return hasKeysForValues ? queryWidth + keyWidth : width
  }
}

extension DecoderSpec {
  func heads(_ layer: Int) -> LayerHeads {
    LayerHeads(
      dim: layers[layer].headDim ?? headDim, queries: headCount,
      groups: layers[layer].keyValueHeadCount ?? keyValueHeadCount, gateWidth: gateWidth,
      hasKeys: layers[layer].keysFrom == nil,
      hasKeysForValues: layers[layer].hasKeysForValues)
  }

  /// Where each layer's keys and values are kept while a pass runs, [layerCount]: 0 where no other layer
  /// reads them, and a place of its own for each layer that others read.
  var keySlots: [Int] {
    let sources = Set(layers.compactMap(\.keysFrom)).sorted()
    return layers.indices.map { index in
      (sources.firstIndex(of: layers[index].keysFrom ?? index) ?? -1) + 1
    }
  }
}
