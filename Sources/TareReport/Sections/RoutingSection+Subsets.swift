/// Which experts kinds of texts use, and whether they tell score and length.
internal import TareInspection

extension RoutingSection {
  /// Distances of more pairs of subsets than these have no lines.
  private static let mostLines = 3

  @MarkupBuilder static func subsets(of inspection: RoutingInspection) -> [Markup] {
    if !inspection.subsets.isEmpty {
      part(
        "Subsets",
        """
        The Jensen–Shannon distance is 0 if two subsets use the experts of a layer equally, and 1 if \
        they share none. Small subsets are further apart by chance.
        """
      ) {
        if !inspection.distances.isEmpty {
          distances(of: inspection)
          distancesByLayer(of: inspection)
        }
        distribution(of: inspection)
      }
      ParticularTable(inspection: inspection).markup
    }
  }

  private static func distances(of inspection: RoutingInspection) -> Markup {
    let names = inspection.subsets.map(\.name)
    let values: [[Double?]] = names.map { first in
      names.map { second in
        if first == second { return nil }
        return inspection.distances.first {
          [$0.first, $0.second] == [first, second] || [$0.second, $0.first] == [first, second]
        }?.mean
      }
    }
    let first = inspection.distancesDescending.first
    return HeatMap(
      title: "Distance of subsets, mean over layers", subject: inspection.model,
      description: first.map {
        "Most different: \($0.first) and \($0.second), \($0.mean.fixed(2))."
      }
        ?? "",
      rows: names, columns: names, rowName: "subset", columnName: "beside", values: values,
      scale: .linear(
        "Jensen–Shannon distance", over: inspection.distances.map(\.mean), most: 1), unit: "",
      text: { $0.fixed(2) }
    ).figure
  }

  private static func distancesByLayer(of inspection: RoutingInspection) -> Markup {
    LayerPlot(
      title: "The most different subsets, by layer", subject: inspection.model,
      layers: inspection.layers.map(\.layer),
      series: inspection.distancesDescending.prefix(mostLines).map {
        .init(
          name: "\($0.first.excerpt(20)) – \($0.second.excerpt(20))", values: $0.layers)
      },
      yTitle: "Jensen–Shannon distance", spanned: [0], text: { $0.fixed(3) }
    ).figure
  }

  /// In the layer where subsets differ the most.
  @MarkupBuilder private static func distribution(of inspection: RoutingInspection) -> [Markup] {
    let sums = inspection.layers.indices.map { place in
      inspection.distances.reduce(0) { $0 + $1.layers[place] }
    }
    if let place = sums.placeOfLargest {
      let layer = inspection.layers[place].layer
      let even = 1 / Double(inspection.experts)
      let times = inspection.subsets.map { subset in subset.distribution[place].map { $0 / even } }
      let scale = HeatScale.times("relative to an even share", over: times.joined())
      HeatMap(
        title: "Load by subset in layer \(layer), where subsets differ most",
        subject: inspection.model,
        description: "How often each expert of layer \(layer) is chosen in each subset.",
        rows: inspection.subsets.map(\.name), columns: inspection.expertNames, rowName: "subset",
        columnName: "expert", values: times, scale: scale, unit: " times the even share",
        text: { $0.times }
      ).figure
    }
  }

  // MARK: - Score and length

  @MarkupBuilder static func prediction(of inspection: RoutingInspection) -> [Markup] {
    if let prediction = inspection.prediction {
      part(
        "Score and length",
        """
        \(prediction.extent); all quantities are within prompts. R² is held out: 0 is no better \
        than the prompt's mean, and below 0 is worse. Lines are 95% intervals over prompts. The \
        largest of many correlations are optimistic, and correlation is not causation.
        """
      ) {
        EstimateTable(
          caption: "What the experts of a response's tokens predict", measure: "R²",
          groups: [(nil, determinations(prediction))],
          csvName: "\(inspection.model) routing prediction", text: { $0.signed }
        ).markup
        if let bias = prediction.bias {
          EstimateTable(
            caption: "Score difference per 100 characters", measure: "Score",
            groups: [
              (
                nil,
                [
                  .init(name: "total", estimate: bias.total),
                  .init(name: "through routing", estimate: bias.throughRouting),
                ]
              )
            ], csvName: "\(inspection.model) length bias", text: { $0.signedShort }
          ).markup
        }
        associations("score", prediction.ofScore, inspection)
        associations("length", prediction.ofLength, inspection)
      }
    }
  }

  private static func determinations(_ prediction: RoutingPrediction) -> [EstimateTable.Row] {
    [
      prediction.score.map { .init(name: "of the score", estimate: $0) },
      .init(name: "of the length", estimate: prediction.length),
    ].compactMap(\.self)
  }

  @MarkupBuilder private static func associations(
    _ what: String, _ list: [RoutingPrediction.Association], _ inspection: RoutingInspection
  ) -> [Markup] {
    if !list.isEmpty {
      EstimateTable(
        caption: "Experts whose share correlates with the \(what)", measure: "r",
        groups: [
          (
            nil,
            list.map {
              .init(name: "layer \($0.layer), expert \($0.expert)", estimate: $0.correlation)
            }
          )
        ], csvName: "\(inspection.model) experts of \(what)", text: { $0.signed }
      ).markup
    }
  }
}
