/// The accuracies of one run for the terminal: raw, or raw beside calibrated.
package import TareEvaluation

package struct EvaluationTable: Sendable {
  private let raw: Evaluation
  private let calibrated: Evaluation?
  private let comparison: Comparison?

  /// - Parameter comparison: of raw (a) with calibrated (b).
  package init(raw: Evaluation, calibrated: Evaluation? = nil, comparison: Comparison? = nil) {
    self.raw = raw
    self.calibrated = calibrated
    self.comparison = comparison
  }

  /// Accuracies by subset, section and overall; by which answer is longer; then what the
  /// comparison and the notes say.
  package func text(width: Int = 80, style: TerminalStyle = .plain) -> String {
    let title = style.bold("Accuracy in per cent, with 95% intervals")
    let groups = AccuracyRow.groups(raw: raw, calibrated: calibrated, comparison: comparison)
    var parts = [title + "\n" + table(of: groups).text(width: width, style: style)]
    if !raw.byLength.isEmpty {
      let title = style.bold("By length of the better answer beside the other")
      let table = table(of: [AccuracyRow.byLength(raw: raw, calibrated: calibrated)])
      parts.append(title + "\n" + table.text(width: width, style: style))
    }
    let words = sentences.map { $0.wrapped(toWidth: width) + "\n" }.joined()
    return (parts + (words.isEmpty ? [] : [words])).joined(separator: "\n")
  }

  private var sentences: [String] {
    var sentences: [String] = []
    if let comparison {
      sentences.append("\(comparison.overallChange) \(comparison.verdict)")
      sentences.append(comparison.pairedTest)
    }
    if let rule = raw.accuracies.overall.rule { sentences.append("Overall: \(rule).") }
    if let note = raw.tieNote { sentences.append((calibrated == nil ? "" : "Raw: ") + note) }
    if let note = calibrated?.tieNote { sentences.append("Calibrated: " + note) }
    return sentences + raw.notes.map { "Note: \($0)." }
  }

  private func table(of groups: [AccuracyRow.Group]) -> TerminalTable {
    let hasTies = groups.contains { $0.rows.contains(where: \.hasTies) }
    var columns: [TerminalTable.Column] = [
      .init("", .left, leastWidth: 12), .init("pairs"),
      .init(calibrated == nil ? "accuracy" : "raw", .left),
    ]
    if calibrated != nil { columns += [.init("calibrated", .left), .init("change")] }
    if hasTies { columns.append(.init("ties")) }
    var table = TerminalTable(columns: columns)
    for (index, group) in groups.enumerated() {
      if index > 0 { table.addRule() }
      for row in group.rows {
        var cells = [row.name, row.n.text, text(of: row.raw)]
        if calibrated != nil {
          cells += [text(of: row.calibrated), row.change?.signedPercent ?? "–"]
        }
        if hasTies { cells.append(row.ties) }
        table.addRow(cells, isBold: row.isTotal)
      }
    }
    return table
  }

  /// " 72.9  67.0–78.1", the accuracy as wide as 100.0.
  private func text(of accuracy: Accuracy?) -> String {
    guard let accuracy else { return "–".padded(toWidth: 5, .right) }
    return accuracy.value.percent.padded(toWidth: 5, .right) + "  " + accuracy.interval.percent
  }
}
