/// How like each other experts are, by their weights and by what they make of tokens.
internal import TareInspection

extension RoutingSection {
  /// Fewer layers than these have their table open.
  private static let mostOpen = 12
  /// The router's ranks that are drawn; below them nothing is chosen.
  private static let mostRanks = 32

  private static let matched =
    " Matched neurons are those of the assignment that maximizes the similarity of two experts."

  @MarkupBuilder static func experts(of inspection: RoutingInspection) -> [Markup] {
    if inspection.hasOutputs {
      part(
        "All experts run on the same tokens",
        """
        If the norm of an expert's output were independent of the router's score, every cell would \
        be 1. Orange along the diagonal: the router chooses the experts with the largest outputs.
        """
      ) {
        ranks(of: inspection)
        outputs(of: inspection)
      }
    }
    if inspection.hasSimilarity {
      part(
        "Experts' weights",
        """
        Cosines over pairs of experts: 1 for copies of each other, near 0 for unrelated experts. w1, \
        w2 and w3 are the gate, down and up projection.\(inspection.hasMatchedNeurons ? matched : "")
        """
      ) {
        similarity("Experts by their mean neurons", inspection) { $0.averaged }
        if inspection.hasMatchedNeurons {
          similarity("Experts by their matched neurons", inspection) { $0.reordered }
        }
      }
      similarityTable(of: inspection)
    }
  }

  @MarkupBuilder private static func ranks(of inspection: RoutingInspection) -> [Markup] {
    if let ranks = inspection.pooledRanks {
      let names = (1...inspection.experts).map(String.init)
      let times: [[Double?]] = ranks.prefix(mostRanks).map { row in
        let all = row.reduce(0, +)
        return row.map { all > 0 ? $0 / all * Double(inspection.experts) : nil }
      }
      let scale = HeatScale.times(
        "relative to chance", over: times.joined().compactMap(\.self))
      HeatMap(
        title: "Rank of the output's norm by the router's rank", subject: inspection.model,
        description: "Tokens of all layers, relative to chance.",
        rows: Array(names.prefix(mostRanks)), columns: names, rowName: "router's rank",
        columnName: "norm's rank", values: times, scale: scale, unit: " times chance",
        text: { $0.times }
      ).figure
    }
  }

  private static func outputs(of inspection: RoutingInspection) -> Markup {
    let outputs = inspection.layers.map(\.outputs)
    return LayerPlot(
      title: "Outputs of experts", subject: inspection.model,
      layers: inspection.layers.map(\.layer),
      series: [
        .init(name: "first choice is the largest", values: outputs.map { $0?.firstIsLargest }),
        .init(name: "rank correlation", values: outputs.map { $0?.spearman }),
        .init(name: "cosine of outputs", values: outputs.map { $0?.similarity }),
      ], yTitle: "share of tokens, or correlation", spanned: [0], text: { $0.fixed(3) }
    ).figure
  }

  private static func similarity(
    _ title: String, _ inspection: RoutingInspection,
    _ kind: (ExpertSimilarity.Projection) -> Double?
  ) -> Markup {
    let experts = inspection.layers.map(\.experts)
    return LayerPlot(
      title: title, subject: inspection.model, layers: inspection.layers.map(\.layer),
      series: [
        .init(name: "w1", values: experts.map { $0.flatMap { kind($0.w1) } }),
        .init(name: "w2", values: experts.map { $0.flatMap { kind($0.w2) } }),
        .init(name: "w3", values: experts.map { $0.flatMap { kind($0.w3) } }),
      ], yTitle: "cosine", spanned: [0], text: { $0.fixed(3) }
    ).figure
  }

  private static func similarityTable(of inspection: RoutingInspection) -> Markup {
    let rows = inspection.layers.compactMap { layer in
      layer.experts.map { (layer: layer.layer, experts: $0) }
    }
    let names = ["w1", "w2", "w3"]
    let header =
      ["Layer", "Router rows"]
      + ["mean", "matched", "r²"].flatMap { kind in names.map { "\($0) \(kind)" } }
    func numbers(_ experts: ExpertSimilarity) -> [Double?] {
      let all = [experts.w1, experts.w2, experts.w3]
      return [experts.gateRow] + all.map(\.averaged) + all.map(\.reordered) + all.map(\.association)
    }
    let csv = CSVDownload(
      "CSV", file: "\(inspection.model) experts weights", header: header + ["pairs"],
      rows: rows.map { row in
        [String(row.layer)] + numbers(row.experts).map(\.csv) + [String(row.experts.pairs)]
      })
    return tag("div", ["class": "tools"]) {
      csv.link
      NumbersTable(
        caption: "Similarity of the experts' weights in \(inspection.model)", header: header,
        rows: rows.map { row in
          [String(row.layer)] + numbers(row.experts).map { $0?.fixed(3) ?? "–" }
        }, isOpen: rows.count <= mostOpen, title: "Similarity by layer, with r² of router rows"
      ).markup
    }
  }
}
