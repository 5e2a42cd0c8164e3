/// Where attention looks, how large activations are, and what gates let through.
internal import TareInspection

package enum AttentionSection: ReportSection {
  package static let key = "attention"
  package static let summary = "attention sinks, context, activations and gates by layer and head"
  package static let title = "Attention and gates"

  package static func isShown(in report: Report) -> Bool { !report.attention.isEmpty }

  package static func contents(of report: Report) -> [Markup] {
    each(report.attention, model: \.model) { inspection in
      tag("p") { "\(inspection.model): \(inspection.extent)." }
      numbers(of: inspection)
      findingList(inspection.findings)
      attention(of: inspection)
      gates(of: inspection)
    }
  }

  private static func numbers(of inspection: AttentionInspection) -> Markup {
    let gates = inspection.layers.compactMap(\.gates)
    let activation = inspection.layers.map(\.activation).max { $0.largest < $1.largest }
    let heads = inspection.unwindowed.flatMap { $0.sink ?? [] }
    return tag("div", ["class": "numbers"]) {
      if let sink = inspection.meanSink {
        NumberCard(
          name: "Attention on the first token", value: sink.wholePercent,
          note: "mean of \(heads.count.counted("head"))"
        ).markup
        NumberCard(
          name: "Heads with a sink",
          value: heads.count { $0 > AttentionInspection.sinkThreshold }.text,
          note: "of \(heads.count.text): more than 30%"
        ).markup
      }
      if let activation {
        NumberCard(
          name: "Largest activation", value: activation.largest.magnitude3,
          note: activation.times.map { "\($0.magnitude3) times the root mean square" }
        ).markup
      }
      if let below = gates.flatMap(\.below).mean {
        NumberCard(
          name: "Gate values below 0.1", value: below.wholePercent,
          note: gates.flatMap(\.mean).mean.map { "mean \($0.fixed(2))" }
        ).markup
      }
      if let gated = inspection.meanSinkOfGated {
        NumberCard(
          name: "First token, gated", value: gated.wholePercent,
          note: "of the gated attention"
        ).markup
      }
    }
  }

  // MARK: - Attention

  @MarkupBuilder private static func attention(of inspection: AttentionInspection) -> [Markup] {
    part(
      "Attention",
      """
      Means over the queries at position 64 and later. The effective context of a head is exp of its \
      entropy: n tokens if attention is uniform over n. A head with a sink has a small one.
      """
    ) {
      if inspection.meanSink != nil {
        sinks(of: inspection)
        contexts(of: inspection)
      }
      activations(of: inspection)
    }
  }

  private static func sinks(of inspection: AttentionInspection) -> Markup {
    let most = inspection.layers.compactMap { layer in
      layer.largestSink.map { (layer.layer, $0.head, $0.share) }
    }.max { $0.2 < $1.2 }
    return map(
      "Attention on the first token", inspection,
      description: most.map { "Maximum: head \($0.1) of layer \($0.0), \($0.2.percent)%." } ?? "",
      inspection.layers.map(\.sink), .percent("per cent of attention"))
  }

  private static func contexts(of inspection: AttentionInspection) -> Markup {
    let values = inspection.layers.map(\.contexts)
    return HeatMap(
      title: "Effective context", subject: inspection.model,
      description: "exp of the mean entropy of each head's attention.",
      rows: inspection.layerNames, columns: inspection.headNames, rowName: "layer",
      columnName: "head", values: inspection.filled(values),
      scale: .log("tokens (log scale)", over: values.compactMap(\.self).joined()),
      unit: " tokens", text: { $0.significant(3) }
    ).figure
  }

  private static func activations(of inspection: AttentionInspection) -> Markup {
    let activations = inspection.layers.map(\.activation)
    return LayerPlot(
      title: "Activations of the residual stream", subject: inspection.model,
      layers: inspection.layers.map(\.layer),
      series: [
        .init(name: "largest magnitude", values: activations.map(\.largest)),
        .init(name: "root mean square", values: activations.map(\.rootMeanSquare)),
      ], yTitle: "magnitude", scale: .log, text: { $0.magnitude3 }
    ).figure
  }

  // MARK: - Gates

  @MarkupBuilder private static func gates(of inspection: AttentionInspection) -> [Markup] {
    if inspection.hasGates {
      part(
        "Gates",
        """
        A gate (\(inspection.gateKind)) is between 0, closed, and 1, open. Query dependence is the \
        fraction of the gates' variance between tokens: 0 if each head has one value for all tokens.
        """
      ) {
        gateMap("Mean gate", inspection, \.mean, .fraction("mean gate"))
        gateMap("Gate values below 0.1", inspection, \.below, .percent("per cent of values"))
        histogram(of: inspection)
        queryDependence(of: inspection)
        gatedSinks(of: inspection)
      }
    }
  }

  private static func gateMap(
    _ title: String, _ inspection: AttentionInspection,
    _ values: KeyPath<AttentionInspection.Gates, [Double]>, _ unit: HeatUnit
  ) -> Markup {
    map(
      title, inspection, description: "By layer and head.",
      inspection.layers.map { $0.gates?[keyPath: values] }, unit)
  }

  private static func histogram(of inspection: AttentionInspection) -> Markup {
    let shares = inspection.layers.map { layer in layer.gates?.histogram.map { 100 * $0 } }
    let bins = (0..<20).map { (0.05 * Double($0)).significant(2) }
    return HeatMap(
      title: "Distribution of gate values", subject: inspection.model,
      description: "Fraction of a layer's gate values in each bin of width 0.05.",
      rows: inspection.layerNames, columns: bins, rowName: "layer", columnName: "gate from",
      values: shares.map { $0.map { $0.map(Optional.some) } ?? Array(repeating: nil, count: 20) },
      scale: .linear("per cent of a layer's values", over: shares.flatMap { $0 ?? [] }, most: 100),
      unit: "%", text: { $0.fixed(1) }
    ).figure
  }

  private static func queryDependence(of inspection: AttentionInspection) -> Markup {
    LayerPlot(
      title: "Query dependence of the gates", subject: inspection.model,
      layers: inspection.layers.map(\.layer),
      series: [
        .init(
          name: "query dependence",
          values: inspection.layers.map { $0.gates.map { 100 * $0.queryDependence } })
      ], yTitle: "per cent of the gates' variance", spanned: [0, 100],
      text: { $0.fixed(1) + "%" }
    ).figure
  }

  @MarkupBuilder private static func gatedSinks(of inspection: AttentionInspection) -> [Markup] {
    if inspection.layers.contains(where: { $0.gates?.sinkOfGated != nil }) {
      LayerPlot(
        title: "Attention on the first token, with and without gates", subject: inspection.model,
        layers: inspection.layers.map(\.layer),
        series: [
          .init(
            name: "of attention", values: inspection.layers.map { $0.sink?.mean.map { 100 * $0 } }),
          .init(
            name: "of gated attention",
            values: inspection.layers.map { $0.gates?.sinkOfGated?.mean.map { 100 * $0 } }),
        ], yTitle: "per cent, mean over heads", spanned: [0], text: { $0.fixed(1) + "%" }
      ).figure
    }
  }
}

/// How shares by head are written.
private enum HeatUnit {
  case percent(String)
  case fraction(String)
}

extension AttentionSection {
  /// A map of values from 0 to 1 by layer and head.
  private static func map(
    _ title: String, _ inspection: AttentionInspection, description: String,
    _ values: [[Double]?], _ unit: HeatUnit
  ) -> Markup {
    let factor: Double
    let scale: HeatScale
    let suffix: String
    switch unit {
    case .percent(let name):
      (factor, suffix) = (100, "%")
      scale = .linear(name, most: 100)
    case .fraction(let name):
      (factor, suffix) = (1, "")
      scale = .linear(name, most: 1)
    }
    return HeatMap(
      title: title, subject: inspection.model, description: description,
      rows: inspection.layerNames, columns: inspection.headNames, rowName: "layer",
      columnName: "head",
      values: inspection.filled(values.map { $0.map { $0.map { factor * $0 } } }), scale: scale,
      unit: suffix, text: { factor == 1 ? $0.fixed(2) : $0.fixed(1) }
    ).figure
  }
}

extension AttentionInspection {
  fileprivate var layerNames: [String] { layers.map { String($0.layer) } }
  fileprivate var headNames: [String] { (0..<headCount).map(String.init) }

  /// Cells of every head; empty ones in layers that have none.
  fileprivate func filled(_ values: [[Double]?]) -> [[Double?]] {
    values.map { $0.map { $0.map(Optional.some) } ?? Array(repeating: nil, count: headCount) }
  }
}
