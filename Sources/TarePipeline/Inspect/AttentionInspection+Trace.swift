/// From the engine's sums to what `inspect --attention` tells.
internal import TareEngine
internal import TareInspection

extension AttentionInspection {
  init(_ trace: AttentionTrace, _ spec: DecoderSpec, model: String, texts: Int) {
    let kind =
      switch spec.outputGate {
      case .none: "none"
      case .headwise: "headwise"
      case .elementwise: "elementwise"
      }
    self.init(
      model: model, texts: texts, tokens: trace.tokens, positions: trace.late,
      headCount: spec.headCount, gateKind: kind,
      layers: trace.layers.enumerated().map { index, sums in
        Layer(
          layer: index, sink: sums.sink.means(trace.late),
          entropy: sums.entropy.means(trace.late), window: spec.layers[index].window,
          activation: Activation(sums.activation),
          gates: sums.gates.map {
            GateSums($0).outcome(tokens: trace.tokens, late: trace.late)
          })
      })
  }
}

extension AttentionInspection.Activation {
  fileprivate init(_ sums: AttentionTrace.Activation) {
    self.init(
      largest: Double(sums.largest), channel: sums.channel, position: sums.position,
      rootMeanSquare: (sums.squares / Double(max(sums.count, 1))).squareRoot())
  }
}

extension GateSums {
  fileprivate init(_ sums: AttentionTrace.Gates) {
    self.init(
      histogram: sums.histogram, sum: sums.sum, squares: sums.squares, below: sums.below,
      late: sums.late, sink: sums.sink)
  }
}

extension [Double] {
  /// Nil of nothing.
  fileprivate func means(_ count: Int) -> [Double]? {
    count > 0 ? map { $0 / Double(count) } : nil
  }
}
