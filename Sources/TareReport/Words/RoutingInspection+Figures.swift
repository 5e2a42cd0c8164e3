/// What tables, plots and words on routing have in common.
internal import Foundation
internal import TareInspection

extension RoutingInspection {
  /// The share of tokens that each expert has where all have the same.
  var evenShare: Double { Double(chosen) / Double(experts) }

  var unusedCount: Int { layers.reduce(0) { $0 + $1.unused.count } }

  /// "28 layers, 8 of 128 experts a token; 240 texts, 51,234 tokens".
  var extent: String {
    """
    \(layers.count.counted("layer")), \(chosen) of \(experts.counted("expert")) per token; \
    \(texts.counted("input")), \(tokens.counted("token"))
    """
  }

  /// Entropy as a share of log(experts); 1 for a single expert.
  func entropyShare(_ layer: Layer) -> Double {
    experts > 1 ? layer.entropy / log(Double(experts)) : 1
  }

  /// Of the layers that have a next one.
  var meanInformation: Double? { layers.compactMap { $0.information?.share }.mean }

  var hasRecurrentState: Bool { layers.contains { $0.recurrent != nil } }
  var hasSimilarity: Bool { layers.contains { $0.experts != nil } }
  var hasMatchedNeurons: Bool { layers.contains { $0.experts?.w1.reordered != nil } }
  var hasOutputs: Bool { layers.contains { $0.outputs != nil } }

  /// The most different ones first.
  var distancesDescending: [SubsetDistance] {
    distances.enumerated().sorted { ($1.element.mean, $0.offset) < ($0.element.mean, $1.offset) }
      .map(\.element)
  }

  /// Tokens by the router's rank and the norm's rank over all layers, [experts, experts]; nil
  /// without outputs.
  var pooledRanks: [[Double]]? {
    let all = layers.compactMap { $0.outputs?.ranks }
    guard !all.isEmpty else { return nil }
    return (0..<experts).map { row in
      (0..<experts).map { column in all.reduce(0) { $0 + Double($1[row][column]) } }
    }
  }
}

extension RoutingInspection.Layer {
  /// The largest share, as a multiple of `even`, and whose it is.
  func busiest(even: Double) -> (expert: Int, times: Double)? {
    share.placeOfLargest.map { ($0, share[$0] / even) }
  }
}

extension RoutingInspection.Particular {
  /// "×3.2", "only here".
  var timesText: String {
    elsewhere > 0 ? "×" + (share / elsewhere).significant(2) : "only here"
  }
}
