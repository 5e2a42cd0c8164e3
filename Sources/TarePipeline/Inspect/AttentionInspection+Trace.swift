/// From the engine's sums to what `inspect --attention` tells.
internal import TareEngine
internal import TareEvaluation

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
          gates: sums.gates.map { Gates($0, tokens: trace.tokens, late: trace.late) })
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

extension AttentionInspection.Gates {
  fileprivate init(_ sums: AttentionTrace.Gates, tokens: Int, late: Int) {
    let heads = sums.below.count
    let width = sums.sum.count / heads
    let count = Double(max(tokens, 1))
    let means = sums.sum.map { $0 / count }
    let variances = zip(sums.squares, means).map { max($0 / count - $1 * $1, 0) }
    func byHead(_ values: [Double]) -> [Double] {
      (0..<heads).map { values[($0 * width)..<(($0 + 1) * width)].reduce(0, +) / Double(width) }
    }
    let (mean, variance) = (byHead(means), byHead(variances))
    let middle = mean.reduce(0, +) / Double(heads)
    let between = mean.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(heads)
    let within = variance.reduce(0, +) / Double(heads)
    self.init(
      histogram: sums.histogram.map { $0 / (count * Double(sums.sum.count)) }, mean: mean,
      below: sums.below.map { $0 / (count * Double(width)) }, variance: variance,
      between: between,
      queryDependence: within + between > 0 ? within / (within + between) : 0,
      gatedSink: sums.sink.means(late),
      sinkOfGated: late > 0 ? zip(sums.sink, sums.late).map { $1 > 0 ? $0 / $1 : 0 } : nil)
  }
}

extension [Double] {
  /// Nil of nothing.
  fileprivate func means(_ count: Int) -> [Double]? {
    count > 0 ? map { $0 / Double(count) } : nil
  }
}
