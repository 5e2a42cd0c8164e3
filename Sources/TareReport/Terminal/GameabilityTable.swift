/// How far asking a model for fewer or more words moves its numbers, for the terminal.
package import TareEvaluation

package struct GameabilityTable: Sendable {
  private let measures: [(measure: String, families: [Gameability])]

  package init(_ measures: [(measure: String, families: [Gameability])]) {
    self.measures = measures
  }

  package func text(width: Int = 80, style: TerminalStyle = .plain) -> String {
    var table = TerminalTable(columns: [
      .init("model", .left, leastWidth: 12), .init("rate", .left), .init("concise"),
      .init("standard"), .init("verbose"), .init("sd/mean"),
    ])
    for (measure, families) in measures {
      for family in families {
        let values = Dictionary(uniqueKeysWithValues: zip(family.variants, family.values))
        table.addRow(
          [family.model, measure]
            + ["concise", "standard", "verbose"].map { values[$0]?.percent ?? "–" }
            + [family.relativeDeviation.percent + "%"])
      }
    }
    return style.bold("Gameability: effect of concise and verbose prompts on the win rate") + "\n"
      + table.text(width: width, style: style)
  }
}
