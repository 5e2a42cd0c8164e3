/// The numbers of one model for the terminal: raw, or raw beside calibrated.
package import TareEvaluation

package struct EvaluationTable: Sendable {
  private let raw: Evaluation
  private let calibrated: Evaluation?
  private let comparison: Comparison?
  private let calibration: String?
  private let hasDetails: Bool

  /// - Parameters:
  ///   - comparison: of raw (a) with calibrated (b).
  ///   - calibration: which calibration this is, and what it knew.
  ///   - hasDetails: shows tenths of the length difference and reliability too.
  package init(
    raw: Evaluation, calibrated: Evaluation? = nil, comparison: Comparison? = nil,
    calibration: String? = nil, hasDetails: Bool = false
  ) {
    self.calibration = calibration
    self.raw = raw
    self.calibrated = calibrated
    self.comparison = comparison
    self.hasDetails = hasDetails
  }

  /// Accuracies by subset, section and overall; by which answer is longer; then what the
  /// comparison and the notes say.
  package func text(width: Int = 80, style: TerminalStyle = .plain) -> String {
    let title = style.bold(
      "\(raw.measure.capitalisedFirst) in per cent, with 95% intervals (\(raw.benchmark))")
    let groups = AccuracyRow.groups(
      raw: raw, calibrated: calibrated, comparison: comparison)
    let warning = raw.warning.map { ($0 + ".").wrapped(toWidth: width) + "\n" } ?? ""
    var parts = [title + "\n" + warning + table(of: groups).text(width: width, style: style)]
    for grid in raw.accuracies.grids {
      parts.append(style.bold(grid.title) + "\n" + table(of: grid).text(width: width, style: style))
    }
    if !raw.byLength.isEmpty {
      let title = style.bold("By length of the better answer relative to the other")
      let table = table(of: [AccuracyRow.byLength(raw: raw, calibrated: calibrated)])
      parts.append(title + "\n" + table.text(width: width, style: style))
    }
    if hasDetails {
      if let deciles = raw.lengthDeciles {
        parts.append(
          style.bold("By length difference of the better answer (negative: shorter)") + "\n"
            + table(of: deciles).text(width: width, style: style))
      }
      if let probabilities = raw.probabilities {
        parts.append(
          style.bold("Reliability of σ(difference of scores / temperature)") + "\n"
            + table(of: probabilities).text(width: width, style: style))
      }
    }
    let words = sentences.map { $0.wrapped(toWidth: width) + "\n" }.joined()
    return (parts + (words.isEmpty ? [] : [words])).joined(separator: "\n")
  }

  private var sentences: [String] {
    var sentences: [String] = []
    if let calibration { sentences.append(calibration) }
    if let comparison {
      sentences.append("\(comparison.overallChange) \(comparison.verdict)")
      sentences.append(comparison.pairedTest)
    }
    if let rule = raw.accuracies.overall.rule { sentences.append("Overall: \(rule).") }
    if let note = raw.tieNote { sentences.append((calibrated == nil ? "" : "Raw: ") + note) }
    if let note = calibrated?.tieNote { sentences.append("Calibrated: " + note) }
    if let note = raw.probabilities?.sentence {
      sentences.append((calibrated == nil ? "" : "Raw: ") + note)
    }
    return sentences + raw.notes.map { "Note: \($0)." }
  }
}

// MARK: - Tables

extension EvaluationTable {
  private func table(of groups: [AccuracyRow.Group]) -> TerminalTable {
    let hasTies = groups.contains { $0.rows.contains(where: \.hasTies) }
    var columns: [TerminalTable.Column] = [
      .init("", .left, leastWidth: 12), .init(raw.trial + "s"),
      .init(calibrated == nil ? raw.measure : "raw", .left),
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

  private func table(of grid: Grid<Accuracy>) -> TerminalTable {
    var table = TerminalTable(
      columns: [.init("", .left, leastWidth: 8)] + grid.columns.map { .init($0, .left) })
    for (name, cells) in zip(grid.rows, grid.cells) {
      table.addRow([name] + cells.map { text(of: $0) })
    }
    return table
  }

  private func table(of deciles: LengthDeciles) -> TerminalTable {
    var table = TerminalTable(columns: [
      .init("difference", .left), .init("mean"), .init("pairs"), .init("accuracy", .left),
    ])
    for bin in deciles.bins {
      table.addRow([
        "\(bin.range.lowerBound.fixed(0)) to \(bin.range.upperBound.fixed(0))",
        bin.meanDifference.fixed(0), bin.accuracy.n.text, text(of: bin.accuracy),
      ])
    }
    return table
  }

  private func table(of probabilities: BradleyTerryProbabilities) -> TerminalTable {
    var table = TerminalTable(columns: [
      .init("confidence", .left), .init("mean"), .init("pairs"), .init("right", .left),
    ])
    for bin in probabilities.bins {
      table.addRow([
        bin.range.percent, bin.meanConfidence.percent, bin.n.text,
        bin.shareRight.percent.padded(toWidth: 5, .right) + "  " + bin.interval.percent,
      ])
    }
    return table
  }

  /// " 72.9  67.0–78.1", the accuracy as wide as 100.0.
  private func text(of accuracy: Accuracy?) -> String {
    guard let accuracy else { return "–".padded(toWidth: 5, .right) }
    return accuracy.value.percent.padded(toWidth: 5, .right) + "  " + accuracy.interval.percent
  }
}

extension String {
  var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
