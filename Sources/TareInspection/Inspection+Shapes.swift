/// Whether the lists of an inspection that was read fit each other: a page of it counts on that.
internal import TareCore

extension RoutingInspection {
  /// - Throws: `TareError.badData` whose place is the member.
  func checkShapes() throws(TareError) {
    try check(experts, "routing.experts", isAccepted: experts > 0, "1 or more")
    try check(
      chosen, "routing.chosen", isAccepted: (1...experts).contains(chosen), "1 to \(experts)")
    try check(layers.count, "routing.layers", isAccepted: !layers.isEmpty, "1 or more elements")
    for (place, layer) in layers.enumerated() {
      let path = "routing.layers[\(place)]"
      try check(layer.share, "\(path).share", count: experts)
      try check(layer.probability, "\(path).probability", count: experts)
      for expert in layer.unused {
        try check(
          expert, "\(path).unused", isAccepted: (0..<experts).contains(expert),
          "0 to \(experts - 1)")
      }
      if let ranks = layer.outputs?.ranks {
        try check(ranks, "\(path).outputs.ranks", count: experts)
        for (rank, row) in ranks.enumerated() {
          try check(row, "\(path).outputs.ranks[\(rank)]", count: experts)
        }
      }
    }
    for (place, subset) in subsets.enumerated() {
      let path = "routing.subsets[\(place)].distribution"
      try check(subset.distribution, path, count: layers.count)
      for (layer, row) in subset.distribution.enumerated() {
        try check(row, "\(path)[\(layer)]", count: experts)
      }
    }
    for (place, distance) in distances.enumerated() {
      try check(distance.layers, "routing.distances[\(place)].layers", count: layers.count)
    }
  }
}

extension AttentionInspection {
  /// - Throws: `TareError.badData` whose place is the member.
  func checkShapes() throws(TareError) {
    try check(headCount, "attention.head_count", isAccepted: headCount > 0, "1 or more")
    try check(layers.count, "attention.layers", isAccepted: !layers.isEmpty, "1 or more elements")
    for (place, layer) in layers.enumerated() {
      let path = "attention.layers[\(place)]"
      try check(layer.sink, "\(path).sink", count: headCount)
      try check(layer.entropy, "\(path).entropy", count: headCount)
      guard let gates = layer.gates else { continue }
      try check(gates.histogram, "\(path).gates.histogram", count: 20)
      try check(gates.mean, "\(path).gates.mean", count: headCount)
      try check(gates.below, "\(path).gates.below", count: headCount)
      try check(gates.variance, "\(path).gates.variance", count: headCount)
      try check(gates.gatedSink, "\(path).gates.gated_sink", count: headCount)
      try check(gates.sinkOfGated, "\(path).gates.sink_of_gated", count: headCount)
    }
  }
}

private func check<Element>(
  _ list: [Element]?, _ place: String, count: Int
) throws(TareError) {
  guard let list, list.count != count else { return }
  throw .badData(
    place: place, found: "\(list.count) elements", accepted: "\(count) elements")
}

private func check(
  _ value: Int, _ place: String, isAccepted: Bool, _ accepted: String
) throws(TareError) {
  guard !isAccepted else { return }
  throw .badData(place: place, found: "\(value)", accepted: accepted)
}
