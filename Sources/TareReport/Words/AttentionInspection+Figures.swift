/// What tables, plots and words on attention and gates have in common.
internal import Foundation
internal import TareInspection

extension AttentionInspection {
  /// A head with more of its attention than this on the first token has a sink (arXiv 2410.10781).
  static let sinkThreshold = 0.3

  /// "28 layers of 16 heads; 240 texts, 51,234 tokens, 20,100 at position 64 or later".
  var extent: String {
    let counted = positions == 0 ? "none of them" : positions.text
    return """
      \(layers.count.counted("layer")) of \(headCount.counted("head")); \
      \(texts.counted("input")), \(tokens.counted("token")), \(counted) at position 64 or later
      """
  }

  var hasGates: Bool { layers.contains { $0.gates != nil } }

  /// Layers whose queries see all tokens before them; all layers where none does.
  var unwindowed: [Layer] {
    let all = layers.filter { $0.window == nil }
    return all.isEmpty ? layers : all
  }

  /// Of `unwindowed`; nil without positions.
  var meanSink: Double? { unwindowed.flatMap { $0.sink ?? [] }.mean }
  var meanSinkOfGated: Double? { unwindowed.flatMap { $0.gates?.sinkOfGated ?? [] }.mean }
}

extension AttentionInspection.Layer {
  /// exp of the mean entropy of each head: how many keys a query looks at, were it to look at all
  /// of them alike, [heads].
  var contexts: [Double]? { entropy.map { $0.map { exp($0) } } }

  /// exp of the heads' mean entropy.
  var context: Double? { entropy?.mean.map { exp($0) } }

  /// The largest share on the first token, and the head that has it.
  var largestSink: (head: Int, share: Double)? {
    guard let sink, let head = sink.placeOfLargest else { return nil }
    return (head, sink[head])
  }
}

extension AttentionInspection.Activation {
  /// The largest magnitude as a multiple of the mean one; nil for a stream of zeros.
  var times: Double? { rootMeanSquare > 0 ? largest / rootMeanSquare : nil }
}
