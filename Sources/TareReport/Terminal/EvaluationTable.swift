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
    var parts = [title + "\n" + accuracies.text(width: width, style: style)]
    if !raw.byLength.isEmpty {
      let title = style.bold("By length of the better answer beside the other")
      parts.append(title + "\n" + byLength.text(width: width, style: style))
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

  private var accuracies: TerminalTable {
    let groups = raw.accuracies.lineGroups.map { group in
      group.map { line in
        Row(
          name: line.name, raw: raw.accuracies[line],
          calibrated: calibrated?.accuracies[line] ?? nil,
          change: comparison?.differences[line]?.value, isBold: line == .overall)
      }
    }
    return table(of: groups)
  }

  private var byLength: TerminalTable {
    let rows = LengthRelation.allCases.map { relation in
      let accuracies = (
        raw: raw.accuracy(where: relation), calibrated: calibrated?.accuracy(where: relation)
      )
      return Row(
        name: relation.title, raw: accuracies.raw, calibrated: accuracies.calibrated,
        change: accuracies.calibrated.flatMap { after in
          accuracies.raw.map { after.value - $0.value }
        },
        isBold: false)
    }
    return table(of: [rows])
  }
}

extension EvaluationTable {
  private struct Row {
    let name: String
    let raw: Accuracy?
    let calibrated: Accuracy?
    let change: Double?
    let isBold: Bool
  }

  private func table(of groups: [[Row]]) -> TerminalTable {
    let rows = groups.joined()
    let hasTies = rows.contains { ($0.raw?.ties ?? 0) + ($0.calibrated?.ties ?? 0) > 0 }
    var columns: [TerminalTable.Column] = [
      .init("", .left, leastWidth: 12), .init("pairs"),
      .init(calibrated == nil ? "accuracy" : "raw", .left),
    ]
    if calibrated != nil { columns += [.init("calibrated", .left), .init("change")] }
    if hasTies { columns.append(.init("ties")) }
    var table = TerminalTable(columns: columns)
    for (index, group) in groups.enumerated() {
      if index > 0 { table.addRule() }
      for row in group {
        var cells = [
          row.name, (row.raw?.n ?? 0).text, text(of: row.raw),
        ]
        if calibrated != nil {
          cells += [text(of: row.calibrated), row.change?.signedPercent ?? "–"]
        }
        if hasTies { cells.append(ties(row)) }
        table.addRow(cells, isBold: row.isBold)
      }
    }
    return table
  }

  /// " 72.9  67.0–78.1", the accuracy as wide as 100.0.
  private func text(of accuracy: Accuracy?) -> String {
    guard let accuracy else { return "–".padded(toWidth: 5, .right) }
    return accuracy.value.percent.padded(toWidth: 5, .right) + "  " + accuracy.interval.percent
  }

  /// Of the raw scores, and after them those of the calibrated ones where they differ.
  private func ties(_ row: Row) -> String {
    let before = row.raw?.ties ?? 0
    guard let after = row.calibrated?.ties, after != before else { return before.text }
    return "\(before.text)→\(after.text)"
  }
}
