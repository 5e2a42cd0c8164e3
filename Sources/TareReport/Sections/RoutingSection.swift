/// What the routers of mixtures of experts do.
internal import TareInspection

package enum RoutingSection: ReportSection {
  package static let key = "routing"
  package static let summary =
    "load of experts, load-balancing losses by span, subsets, score and length"
  package static let title = "Routing"

  package static func isShown(in report: Report) -> Bool { !report.routing.isEmpty }

  package static func contents(of report: Report) -> [Markup] {
    each(report.routing, model: \.model) { inspection in
      tag("p") { "\(inspection.model): \(inspection.extent)." }
      numbers(of: inspection)
      findingList(inspection.findings)
      balance(of: inspection)
      fromLayerToLayer(of: inspection)
      subsets(of: inspection)
      prediction(of: inspection)
      experts(of: inspection)
    }
  }

  private static func numbers(of inspection: RoutingInspection) -> Markup {
    let mean = inspection.balance.mean
    let bias = inspection.prediction?.bias?.share
    return tag("div", ["class": "numbers"]) {
      NumberCard(
        name: "Experts without tokens", value: inspection.unusedCount.text,
        note: "of \((inspection.layers.count * inspection.experts).text)"
      ).markup
      if mean.global > 0 {
        NumberCard(
          name: "Loss per input over global", value: "×" + (mean.sequence / mean.global).fixed(2),
          note:
            "global \(mean.global.significant(3)), even \(inspection.balance.even.significant(3))"
        ).markup
      }
      if let score = inspection.prediction?.score {
        NumberCard(
          name: "Score predicted by routing, R²", value: score.value.signed,
          interval: score.interval.signed
        ).markup
      }
      if let length = inspection.prediction?.length {
        NumberCard(
          name: "Length predicted by routing, R²", value: length.value.signed,
          interval: length.interval.signed, kind: "length"
        ).markup
      }
      if let bias {
        NumberCard(
          name: "Length bias through routing", value: bias.value.wholePercent,
          interval: "\(bias.interval.lowerBound.wholePercent) to "
            + bias.interval.upperBound.wholePercent
        ).markup
      }
    }
  }

  // MARK: - Layers

  @MarkupBuilder private static func balance(of inspection: RoutingInspection) -> [Markup] {
    part(
      "Balance",
      """
      An expert's even share is \(inspection.evenShare.percent)% of the tokens: \
      \(inspection.chosen) of \(inspection.experts) experts. Blue is less than that, orange more; \
      each shade is the same factor. If the loss per input is far above the global one, inputs \
      differ in the experts they use.
      """
    ) {
      load(of: inspection)
      losses(of: inspection)
      evenness(of: inspection)
    }
  }

  private static func load(of inspection: RoutingInspection) -> Markup {
    let times = inspection.layers.map { layer in layer.share.map { $0 / inspection.evenShare } }
    let busiest = inspection.layers.compactMap { layer in
      layer.busiest(even: inspection.evenShare).map { (layer.layer, $0.expert, $0.times) }
    }.max { $0.2 < $1.2 }
    let most = busiest.map {
      "Expert \($0.1) of layer \($0.0) has the largest load, \($0.2.fixed(2)) times its even share."
    }
    let scale = HeatScale.times("relative to an even share", over: times.joined())
    return HeatMap(
      title: "Load of each expert", subject: inspection.model,
      description: "\(most ?? "") \(inspection.unusedCount.counted("expert")) without tokens.",
      rows: inspection.layerNames, columns: inspection.expertNames, rowName: "layer",
      columnName: "expert", values: times, scale: scale, unit: " times the even share",
      text: { $0.times }
    ).figure
  }

  private static func losses(of inspection: RoutingInspection) -> Markup {
    let losses = inspection.layers.map(\.loss)
    return LayerPlot(
      title: "Load-balancing loss by span", subject: inspection.model,
      layers: inspection.layers.map(\.layer),
      series: [
        .init(name: "single inputs", values: losses.map(\.sequence)),
        .init(name: "micro-batches", values: losses.map(\.microBatch)),
        .init(name: "whole input", values: losses.map(\.global)),
      ],
      yTitle: "loss", reference: (inspection.balance.even, "even routing"),
      text: { $0.significant(4) }
    ).figure
  }

  private static func evenness(of inspection: RoutingInspection) -> Markup {
    LayerPlot(
      title: "How even the load is", subject: inspection.model,
      layers: inspection.layers.map(\.layer),
      series: [
        .init(
          name: "entropy of the load",
          values: inspection.layers.map { 100 * inspection.entropyShare($0) })
      ],
      yTitle: "per cent of the maximum", reference: (100, "even load"),
      text: { $0.fixed(1) + "%" }
    ).figure
  }

  @MarkupBuilder private static func fromLayerToLayer(
    of inspection: RoutingInspection
  ) -> [Markup] {
    part(
      "From layer to layer",
      """
      Mutual information between the experts chosen in one layer and in the next: 0 if they are \
      independent, 100 if one determines the other.
      """
    ) {
      if inspection.meanInformation != nil {
        LayerPlot(
          title: "Mutual information with the next layer", subject: inspection.model,
          layers: inspection.layers.map(\.layer),
          series: [
            .init(
              name: "mutual information",
              values: inspection.layers.map { $0.information.map { 100 * $0.share } })
          ],
          yTitle: "per cent of the smaller entropy", spanned: [0], text: { $0.fixed(1) + "%" }
        ).figure
      }
      if inspection.hasRecurrentState {
        let states = inspection.layers.map(\.recurrent)
        LayerPlot(
          title: "The router's recurrent state", subject: inspection.model,
          layers: inspection.layers.map(\.layer),
          series: [
            .init(name: "norm", values: states.map { $0?.norm }),
            .init(name: "change in a step", values: states.map { $0?.change }),
          ], yTitle: "Euclidean norm, mean over tokens", spanned: [0],
          text: { $0.significant(3) }
        ).figure
        LayerPlot(
          title: "Direction change of the state in a step", subject: inspection.model,
          layers: inspection.layers.map(\.layer),
          series: [.init(name: "cosine", values: states.map { $0?.cosine })],
          yTitle: "cosine with the previous state", spanned: [1], text: { $0.fixed(3) }
        ).figure
      }
    }
  }
}

extension RoutingInspection {
  var layerNames: [String] { layers.map { String($0.layer) } }
  var expertNames: [String] { (0..<experts).map(String.init) }
}
