/// Where attention looks and what gates let through, for the terminal.
package import TareInspection

package struct AttentionTable: Sendable {
  private let inspection: AttentionInspection

  package init(_ inspection: AttentionInspection) { self.inspection = inspection }

  /// A line a layer, another of its gates, then what that says.
  package func text(width: Int = 80, style: TerminalStyle = .plain) -> String {
    var texts = [layers, gates].compactMap(\.self).map { part in
      style.bold(part.title.wrapped(toWidth: width)) + "\n"
        + part.table.text(width: width, style: style)
    }
    texts.append(FindingLines(findings: inspection.findings).text(width: width, style: style))
    return texts.joined(separator: "\n")
  }

  private func percent(_ value: Double?) -> String { value?.percent ?? "–" }

  private var layers: (title: String, table: TerminalTable)? {
    let hasWindows = inspection.layers.contains { $0.window != nil }
    var table = TerminalTable(
      columns: [TerminalTable.Column("layer", .left)]
        + (hasWindows ? [.init("window")] : []) + [
          .init("sink"), .init("most"), .init("head"), .init("context"), .init("largest"),
          .init("rms"), .init("channel"), .init("position"),
        ])
    for layer in inspection.layers {
      let activation = layer.activation
      let window = hasWindows ? [layer.window.map(\.text) ?? "all"] : []
      table.addRow(
        [String(layer.layer)] + window + [
          percent(layer.sink?.mean), percent(layer.largestSink?.share),
          layer.largestSink.map { String($0.head) } ?? "–", layer.context?.fixed(1) ?? "–",
          activation.largest.significant(4), activation.rootMeanSquare.significant(3),
          String(activation.channel), String(activation.position),
        ])
    }
    let title = """
      Attention of \(inspection.model.printable): \(inspection.extent). Attention on the first \
      token in per cent, mean and maximum over heads; effective context in tokens; largest \
      activation
      """
    return (title, table)
  }

  private var gates: (title: String, table: TerminalTable)? {
    guard inspection.hasGates else { return nil }
    var table = TerminalTable(columns: [
      .init("layer", .left), .init("mean"), .init("below 0.1"), .init("by query"), .init("sink"),
      .init("gated"), .init("of gated"),
    ])
    for layer in inspection.layers {
      guard let gates = layer.gates else { continue }
      table.addRow([
        String(layer.layer), gates.mean.mean?.fixed(3) ?? "–", percent(gates.below.mean),
        gates.queryDependence.percent, percent(layer.sink?.mean), percent(gates.gatedSink?.mean),
        percent(gates.sinkOfGated?.mean),
      ])
    }
    let title = """
      Gates (\(inspection.gateKind.printable)): mean, fraction below 0.1, fraction of their variance \
      between tokens; attention on the first token without and with gates, in per cent
      """
    return (title, table)
  }
}
