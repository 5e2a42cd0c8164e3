/// Two models compared within each value of a column, for the terminal.
package import TareEvaluation

package struct GroupComparisonTable: Sendable {
  private let groups: [(value: String, comparison: Comparison)]
  private let column: String
  /// The other scores (a) and these (b).
  private let names: (a: String, b: String)

  /// - Parameters:
  ///   - groups: of the other model (a) with this one (b), at least one.
  ///   - column: whose values these are.
  package init(
    _ groups: [(value: String, comparison: Comparison)], column: String,
    names: (a: String, b: String)
  ) {
    self.groups = groups
    self.column = column
    self.names = names
  }

  package func text(width: Int = 80, style: TerminalStyle = .plain) -> String {
    let title = style.bold(
      "\(names.b) against \(names.a) by \(column): differences in points, with 95% intervals")
    let notes = groups.compactMap { group in
      group.comparison.leftOutText(names.b, against: names.a).map { "\(group.value): \($0)" }
    }
    let texts =
      notes + [
        "Prompts are paired. q: p adjusted for \(groups.count.counted("value")) of "
          + "\(column) (Benjamini–Hochberg). " + verdict
      ]
    return title + "\n" + table.text(width: width, style: style) + "\n"
      + texts.map { $0.wrapped(toWidth: width) + "\n" }.joined()
  }

  /// p adjusted for all groups, [group].
  private var adjusted: [Double] {
    BenjaminiHochberg.adjusted(groups.map(\.comparison.differences.overall.p))
  }

  private var verdict: String {
    let changed = zip(groups, adjusted).filter { group, q in
      q < 0.05 && !group.comparison.differences.overall.interval.contains(0)
    }
    guard !changed.isEmpty else { return "No value has a significant difference." }
    let words = changed.map { group, _ in
      "\(group.value) (\(group.comparison.differences.overall.value.signedPercent))"
    }
    return "Significant: \(words.joined(separator: ", "))."
  }

  private var table: TerminalTable {
    let short = (names.a.truncated(toWidth: 10), names.b.truncated(toWidth: 10))
    let columns = short.0 == short.1 ? ("other", "this") : short
    var table = TerminalTable(columns: [
      .init(column, .left, leastWidth: 12), .init(groups[0].comparison.trial + "s"),
      .init(columns.0), .init(columns.1), .init("change", .left), .init("p"), .init("q"),
    ])
    for (group, q) in zip(groups, adjusted) {
      let overall = group.comparison.differences.overall
      table.addRow([
        group.value, overall.n.text, overall.a.percent, overall.b.percent,
        overall.value.signedPercent.padded(toWidth: 5, .right) + "  "
          + overall.interval.signedPercent,
        pText(overall.p), pText(q),
      ])
    }
    return table
  }

  private func pText(_ p: Double) -> String { p < 0.001 ? "<0.001" : p.fixed(3) }
}
