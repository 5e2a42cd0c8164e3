/// What the routers of a mixture of experts did, for the terminal.
package import TareInspection

package struct RoutingTable: Sendable {
  private let inspection: RoutingInspection

  /// Of longer lists the first so many are shown; JSON and the report have all.
  private static let mostShown = 10
  private static let mostOfSubset = 3
  private static let mostRanks = 4

  package init(_ inspection: RoutingInspection) { self.inspection = inspection }

  /// A line a layer, what that says, then what there is of subsets, of scores and of experts.
  package func text(width: Int = 80, style: TerminalStyle = .plain) -> String {
    let words = FindingLines(findings: inspection.findings).text(width: width, style: style)
    let parts: [(title: String, table: TerminalTable)?] = [
      recurrent, subsets, distances, particular, associations, similarity, outputs, ranks,
    ]
    let tables = [layers] + parts.compactMap(\.self)
    var texts = tables.map { part in
      style.bold(part.title.wrapped(toWidth: width)) + "\n"
        + part.table.text(width: width, style: style)
    }
    texts.insert(words, at: 1)
    return texts.joined(separator: "\n")
  }

  private func percent(_ value: Double?) -> String { value?.percent ?? "–" }
}

// MARK: - Layers

extension RoutingTable {
  private var layers: (title: String, table: TerminalTable) {
    var table = TerminalTable(columns: [
      .init("layer", .left), .init("sequence"), .init("micro-batch"), .init("global"),
      .init("entropy"), .init("variation"), .init("unused"), .init("next layer"),
    ])
    for layer in inspection.layers {
      table.addRow(
        [String(layer.layer)] + cells(layer.loss) + [
          inspection.entropyShare(layer).percent, layer.variation.fixed(2),
          layer.unused.count.text, percent(layer.information?.share),
        ])
    }
    table.addRule()
    table.addRow(
      ["mean"] + cells(inspection.balance.mean) + [
        percent(inspection.layers.map { inspection.entropyShare($0) }.mean),
        inspection.layers.map(\.variation).mean?.fixed(2) ?? "–",
        (Double(inspection.unusedCount) / Double(inspection.layers.count)).fixed(1),
        percent(inspection.meanInformation),
      ], isBold: true)
    table.addRow(["pooled"] + cells(inspection.balance.pooled))
    let title = """
      Routing of \(inspection.model.printable): \(inspection.extent). Load-balancing loss by span \
      (even: \(inspection.balance.even.significant(3))); entropy relative to its maximum, and mutual \
      information with the next layer, in per cent
      """
    return (title, table)
  }

  private func cells(_ losses: RoutingInspection.Losses) -> [String] {
    [losses.sequence, losses.microBatch, losses.global].map { $0.fixed(3) }
  }

  private var recurrent: (title: String, table: TerminalTable)? {
    guard inspection.hasRecurrentState else { return nil }
    var table = TerminalTable(columns: [
      .init("layer", .left), .init("norm"), .init("change"), .init("cosine"),
    ])
    for layer in inspection.layers {
      guard let state = layer.recurrent else { continue }
      table.addRow([
        String(layer.layer), state.norm.significant(3), state.change.significant(3),
        state.cosine?.fixed(3) ?? "–",
      ])
    }
    return ("The router's recurrent state", table)
  }

  private var similarity: (title: String, table: TerminalTable)? {
    guard inspection.hasSimilarity else { return nil }
    let projections = ["w1", "w2", "w3"].flatMap { name in
      [name, "match", "r²"].map { TerminalTable.Column($0) }
    }
    var table = TerminalTable(columns: [.init("layer", .left), .init("gate")] + projections)
    for layer in inspection.layers {
      guard let experts = layer.experts else { continue }
      table.addRow(
        [String(layer.layer), experts.gateRow.fixed(2)]
          + [experts.w1, experts.w2, experts.w3].flatMap { projection in
            [
              projection.averaged.fixed(2), projection.reordered?.fixed(2) ?? "–",
              projection.association?.fixed(2) ?? "–",
            ]
          })
    }
    let title = """
      Similarity of experts: cosines of router rows, of mean neurons and of matched neurons, and \
      r² with the router rows
      """
    return (title, table)
  }

  private var outputs: (title: String, table: TerminalTable)? {
    guard inspection.hasOutputs else { return nil }
    var table = TerminalTable(columns: [
      .init("layer", .left), .init("tokens"), .init("rank corr."), .init("first is largest"),
      .init("cosine"), .init("active"),
    ])
    for layer in inspection.layers {
      guard let outputs = layer.outputs else { continue }
      table.addRow([
        String(layer.layer), outputs.tokens.text, outputs.spearman.signed,
        outputs.firstIsLargest.percent, outputs.similarity.fixed(2), outputs.active.percent,
      ])
    }
    return ("All experts on a sample of tokens: router score and norm of the output", table)
  }

  /// Of the router's first choices, in per cent of the tokens.
  private var ranks: (title: String, table: TerminalTable)? {
    guard let ranks = inspection.pooledRanks else { return nil }
    let shown = min(inspection.experts, Self.mostRanks)
    let rest = inspection.experts > shown ? ["lower"] : []
    let columns = (1...shown).map { "norm \($0)" } + rest
    var table = TerminalTable(
      columns: [.init("router", .left)] + columns.map { TerminalTable.Column($0) })
    for (place, row) in ranks.prefix(shown).enumerated() {
      let all = row.reduce(0, +)
      let cells = row.prefix(shown) + (rest.isEmpty ? [] : [row.dropFirst(shown).reduce(0, +)])
      table.addRow([String(place + 1)] + cells.map { all > 0 ? ($0 / all).percent : "–" })
    }
    return ("Rank of the output's norm by the router's rank, per cent of tokens", table)
  }
}

// MARK: - Subsets and scores

extension RoutingTable {
  private var subsets: (title: String, table: TerminalTable)? {
    guard !inspection.subsets.isEmpty else { return nil }
    var table = TerminalTable(columns: [
      .init("subset", .left, leastWidth: 12), .init("inputs"), .init("tokens"),
    ])
    for subset in inspection.subsets {
      table.addRow([subset.name, subset.texts.text, subset.tokens.text])
    }
    return ("Subsets", table)
  }

  private var distances: (title: String, table: TerminalTable)? {
    let all = inspection.distancesDescending
    guard !all.isEmpty else { return nil }
    var table = TerminalTable(columns: [
      .init("subset", .left, leastWidth: 12), .init("and", .left, leastWidth: 12),
      .init("mean"), .init("maximum"), .init("in layer"),
    ])
    for distance in all.prefix(Self.mostShown) {
      let place = distance.layers.placeOfLargest
      table.addRow([
        distance.first, distance.second, distance.mean.fixed(3),
        place.map { distance.layers[$0].fixed(3) } ?? "–",
        place.map { String(inspection.layers[$0].layer) } ?? "–",
      ])
    }
    return ("Jensen–Shannon distance of subsets, 0 to 1\(first(of: all.count))", table)
  }

  private var particular: (title: String, table: TerminalTable)? {
    let subsets = inspection.subsets.filter { !$0.particular.isEmpty }
    guard !subsets.isEmpty else { return nil }
    var table = TerminalTable(columns: [
      .init("subset", .left, leastWidth: 12), .init("layer"), .init("expert"), .init("here"),
      .init("elsewhere"), .init("times", .left),
    ])
    for subset in subsets {
      for (place, expert) in subset.particular.prefix(Self.mostOfSubset).enumerated() {
        table.addRow([
          place == 0 ? subset.name : "", String(expert.layer), String(expert.expert),
          expert.share.percent, expert.elsewhere.percent, expert.timesText,
        ])
      }
    }
    return ("Experts specific to a subset: percentage of its tokens", table)
  }

  private var associations: (title: String, table: TerminalTable)? {
    guard let prediction = inspection.prediction,
      !(prediction.ofScore + prediction.ofLength).isEmpty
    else { return nil }
    var table = TerminalTable(columns: [
      .init("with", .left), .init("layer"), .init("expert"), .init("r"), .init("95%", .left),
    ])
    for (name, list) in [("score", prediction.ofScore), ("length", prediction.ofLength)] {
      for (place, found) in list.prefix(Self.mostShown / 2).enumerated() {
        table.addRow([
          place == 0 ? name : "", String(found.layer), String(found.expert),
          found.correlation.value.signed, found.correlation.interval.signed,
        ])
      }
    }
    return ("Experts whose share correlates with score and length, within prompts", table)
  }

  private func first(of count: Int) -> String {
    count > Self.mostShown ? " (\(Self.mostShown) of \(count))" : ""
  }
}
