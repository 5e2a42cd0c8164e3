/// What the numbers on attention and gates say, in sentences: the terminal's and the page's.
internal import TareInspection

extension AttentionInspection {
  /// Whether there is a sink, how far attention reaches, how large activations are, what gates do.
  package var findings: [Finding] {
    [
      Finding("Sink", [sinkFinding, windowFinding]),
      Finding("Context", [contextFinding]),
      Finding("Activations", [activationFinding]),
      Finding("Gates", [gateFinding, queryFinding]),
      Finding("Sink with gates", [gatedSinkFinding]),
    ].compactMap(\.self)
  }

  private var sinkFinding: String {
    guard let meanSink else {
      return """
        No input is longer than 64 tokens, so sinks and the entropy of attention are not reported.
        """
    }
    let heads = unwindowed.flatMap { $0.sink ?? [] }
    let over = heads.count { $0 > Self.sinkThreshold }
    let most = unwindowed.compactMap { layer in
      layer.largestSink.map { (layer: layer.layer, head: $0.head, share: $0.share) }
    }.max { $0.share < $1.share }
    let verdict =
      over == 0
      ? "There is no attention sink: no head has more than 30% of its attention on the first token"
      : """
      There is an attention sink: \(over.text) of \(heads.count.counted("head")) \
      \(over == 1 ? "has" : "have") more than 30% of \(over == 1 ? "its" : "their") attention on \
      the first token
      """
    let strongest = most.map {
      ", most of all head \($0.head) of layer \($0.layer) (\($0.share.wholePercent))"
    }
    return "\(verdict)\(strongest ?? ""); the mean over heads is \(meanSink.wholePercent)."
  }

  private var windowFinding: String? {
    let windowed = layers.count { $0.window != nil }
    guard positions > 0, windowed > 0 else { return nil }
    guard windowed < layers.count else {
      return "All layers have a sliding window, which can exclude the first token."
    }
    return """
      \(windowed.counted("layer")) with a sliding window, which can exclude the first token, \
      \(windowed == 1 ? "is" : "are") not included.
      """
  }

  private var contextFinding: String? {
    let known = layers.compactMap { layer in layer.context.map { (layer.layer, $0) } }
    guard let least = known.min(by: { $0.1 < $1.1 }), let most = known.max(by: { $0.1 < $1.1 })
    else { return nil }
    return """
      The effective context of a query (exp of the entropy, averaged over heads) ranges from \
      \(least.1.significant(3)) tokens in layer \(least.0) to \(most.1.significant(3)) in layer \
      \(most.0).
      """
  }

  private var activationFinding: String? {
    guard
      let layer = layers.max(by: { $0.activation.largest < $1.activation.largest }),
      layer.activation.largest > 0
    else { return nil }
    let activation = layer.activation
    let times = activation.times.map {
      ", \($0.magnitude3) times that layer's root mean square"
    }
    return """
      The largest activation is \(activation.largest.magnitude3), entering layer \(layer.layer) in \
      channel \(activation.channel) at position \(activation.position)\(times ?? "").
      """
  }

  private var gateFinding: String? {
    let all = layers.compactMap(\.gates)
    guard let mean = all.flatMap(\.mean).mean, let below = all.flatMap(\.below).mean else {
      return nil
    }
    let verdict =
      below > 0.5
      ? "Gates are sparse" : below > 0.1 ? "Gates are partly closed" : "Gates are mostly open"
    return """
      \(verdict): \(below.wholePercent) of their values are below 0.1, and the mean is \
      \(mean.fixed(2)) (\(gateKind), \(all.count) of \(layers.count.counted("layer"))).
      """
  }

  private var queryFinding: String? {
    guard let share = layers.compactMap({ $0.gates?.queryDependence }).mean else { return nil }
    let verdict =
      share > 0.5
      ? "They depend more on the query than on the head"
      : "They depend more on the head than on the query"
    return "\(verdict): \(share.wholePercent) of their variance is between tokens."
  }

  private var gatedSinkFinding: String? {
    let gated = unwindowed.filter { $0.gates?.sinkOfGated != nil }
    guard let plain = gated.flatMap({ $0.sink ?? [] }).mean,
      let counted = gated.flatMap({ $0.gates?.sinkOfGated ?? [] }).mean
    else { return nil }
    let verdict =
      counted < 0.8 * plain
      ? "Gates are smaller where attention is on the first token"
      : counted > 1.25 * plain
        ? "Gates are larger where attention is on the first token"
        : "Gates do not depend on whether attention is on the first token"
    return """
      \(verdict): it has \(plain.wholePercent) of the attention, and \(counted.wholePercent) of the \
      gated attention.
      """
  }
}
