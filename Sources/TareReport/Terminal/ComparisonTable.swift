/// Two models on the same prompts for the terminal: every difference, and where they disagree.
package import TareEvaluation

package struct ComparisonTable: Sendable {
  private let comparison: Comparison
  /// The other scores (a) and these (b).
  private let names: (a: String, b: String)
  private let examples: [Example]

  /// A trial that the two decide differently, and what it is about in a few lines.
  package struct Example: Sendable {
    let disagreement: Disagreement
    let lines: [String]

    package init(_ disagreement: Disagreement, lines: [String] = []) {
      self.disagreement = disagreement
      self.lines = lines
    }
  }

  /// - Parameters:
  ///   - comparison: of the other model (a) with this one (b).
  ///   - names: of the two.
  package init(
    _ comparison: Comparison, names: (a: String, b: String) = ("other", "this"),
    examples: [Example] = []
  ) {
    self.comparison = comparison
    self.names = names
    self.examples = examples
  }

  package func text(width: Int = 80, style: TerminalStyle = .plain) -> String {
    let title = style.bold(
      "\(names.b) against \(names.a): differences in points, with 95% intervals")
    var texts = [title + "\n" + table.text(width: width, style: style)]
    let words = [comparison.leftOutText(names.b, against: names.a), sentence].compactMap(\.self)
    texts.append(words.map { $0.wrapped(toWidth: width) + "\n" }.joined())
    if !examples.isEmpty {
      let of = comparison.disagreements.count
      let title =
        "Disagreements: \(examples.count) of \(of), most confident first"
      texts.append(style.bold(title) + "\n" + examplesText(width: width, style: style))
    }
    return texts.joined(separator: "\n")
  }

  private var sentence: String {
    let overall = comparison.differences.overall
    let both = comparison.agreement
    var sentences = [
      comparison.verdict(of: names.b, against: names.a),
      """
      Overall \(overall.value.signedPercent) points (95% interval \
      \(overall.interval.signedPercent)), \(overall.gained.text) \(comparison.trial)s gained and \
      \(overall.lost.text) lost, \(overall.test.title) \(pValueText(overall.p)).
      """,
    ]
    if both != Agreement() {
      sentences.append("Both right: \(both.bothRight.text), both wrong: \(both.bothWrong.text).")
      if let share = both.share {
        sentences.append(
          "They agree on \(share.value.percent)% of the \(comparison.trial)s (95% "
            + "\(share.interval.percent))"
            + (both.kappa.map { ", Cohen's kappa \($0.fixed(2))." } ?? "."))
      }
    }
    if !comparison.differences.subsets.isEmpty {
      sentences.append("q is p adjusted for all subsets (Benjamini–Hochberg).")
    }
    return sentences.joined(separator: " ")
  }

  /// The names as columns have room for them; "other" and "this" where they would look alike.
  private var columns: (a: String, b: String) {
    let short = (names.a.truncated(toWidth: 10), names.b.truncated(toWidth: 10))
    return short.0 == short.1 ? ("other", "this") : short
  }

  private var table: TerminalTable {
    var table = TerminalTable(columns: [
      .init("", .left, leastWidth: 12), .init(comparison.trial + "s"), .init(columns.a),
      .init(columns.b), .init("change", .left), .init("p"), .init("q"),
    ])
    let differences = comparison.differences
    func add(_ name: String, _ difference: Difference, isBold: Bool = false) {
      table.addRow(
        [
          name, difference.n.text, difference.a.percent, difference.b.percent,
          difference.value.signedPercent.padded(toWidth: 5, .right) + "  "
            + difference.interval.signedPercent,
          pText(difference.p), difference.q.map(pText) ?? "",
        ], isBold: isBold)
    }
    add("overall", differences.overall, isBold: true)
    for group in [differences.sections, differences.subsets] where !group.isEmpty {
      table.addRule()
      for (name, difference) in group { add(name, difference) }
    }
    return table
  }

  private func pText(_ p: Double) -> String { p < 0.001 ? "<0.001" : p.fixed(3) }

  private func examplesText(width: Int, style: TerminalStyle) -> String {
    var table = TerminalTable(columns: [
      .init("id", .left), .init("subset", .left, leastWidth: 8), .init(columns.a),
      .init("margin"), .init(columns.b), .init("margin"),
    ])
    for example in examples {
      let trial = example.disagreement
      let margins = trial.margins.map { $0.significant(3) }
      table.addRow([
        trial.promptID, trial.subset ?? "", outcome(trial.a), margins.first ?? "",
        outcome(trial.b), margins.last ?? "",
      ])
    }
    var text = table.text(width: width, style: style)
    for example in examples where !example.lines.isEmpty {
      text += "\n" + style.bold(example.disagreement.promptID) + "\n"
      for line in example.lines { text += line.wrapped(toWidth: width) + "\n" }
    }
    return text
  }

  private func outcome(_ value: Double) -> String {
    switch value {
    case 1: "right"
    case 0: "wrong"
    default: value.fixed(2)
    }
  }
}
