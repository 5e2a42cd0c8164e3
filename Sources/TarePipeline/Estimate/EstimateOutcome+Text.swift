/// What `tare estimate` found, as text for people.
internal import TareCalibration
internal import TareReport

extension EstimateOutcome {
  /// Means, differences, whether the calibration holds for each policy, and how many labels it takes.
  package func text(coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    var blocks = notes.map { $0.wrapped(toWidth: 80) }
    blocks.append(
      "Mean label per policy, with 95% intervals" + "\n" + means.text(style: style))
    if !estimates.differences.isEmpty {
      blocks.append(
        "Differences of means" + "\n" + differences.text(style: style))
    }
    if let table = budgets { blocks.append(table.text(style: style)) }
    blocks += sentences.map { $0.wrapped(toWidth: 80) }
    return blocks.joined(separator: "\n")
  }

  private func cell(_ mean: PolicyMean?) -> String {
    guard let mean else { return "–" }
    return mean.value.fixed(digits)
      + (mean.halfWidth.map { " ± \($0.fixed(digits))" } ?? "")
  }

  /// Three digits of the labels' range.
  private var digits: Int {
    let range = estimates.labelRange.upperBound - estimates.labelRange.lowerBound
    return range >= 100 ? 1 : range >= 10 ? 2 : range >= 0.1 ? 3 : 5
  }

  private var means: TerminalTable {
    var table = TerminalTable(columns: [
      .init("policy", .left, leastWidth: 10), .init("labels"),
      .init("labels alone"), .init("PPI++"), .init("calibrated"), .init("transport", .left),
    ])
    for policy in estimates.policies {
      table.addRow([
        policy.name, "\(policy.labelled.text)/\(policy.responses.text)", cell(policy.labels),
        cell(policy.predictionPowered), cell(policy.calibrated) + (policy.isCorrected ? "" : " †"),
        policy.transport?.result.rawValue ?? "–",
      ])
    }
    return table
  }

  private var differences: TerminalTable {
    var table = TerminalTable(columns: [
      .init("policy", .left, leastWidth: 10), .init("against", .left, leastWidth: 8),
      .init("labels alone"), .init("PPI++"), .init("calibrated"),
    ])
    for difference in estimates.differences {
      table.addRow(
        [
          difference.name, difference.against, cell(difference.labels),
          cell(difference.predictionPowered), cell(difference.calibrated),
        ], isBold: difference.calibrated.interval?.contains(0) == false)
    }
    return table
  }

  private var budgets: TerminalTable? {
    guard estimates.policies.contains(where: { $0.budget != nil }) else { return nil }
    var table = TerminalTable(columns: [
      .init("labels for ±\(budget ?? "")", .left, leastWidth: 10), .init("labels alone"),
      .init("PPI++"), .init("calibrated"),
    ])
    for policy in estimates.policies {
      guard let budget = policy.budget else { continue }
      func text(_ count: Int?) -> String { count?.text ?? "more scores" }
      table.addRow([
        policy.name, text(budget.labels), text(budget.predictionPowered), text(budget.calibrated),
      ])
    }
    return table
  }

  private var sentences: [String] {
    var sentences: [String] = []
    let own = estimates.policies.filter { !$0.isCorrected }.map(\.name)
    if !own.isEmpty {
      sentences.append(
        """
        † \(own.joined(separator: ", ")): too few labels of its own. The mean assumes that a score is worth \
        the same label as for the other policies; nothing tests that here.
        """)
    }
    let failed = estimates.policies.filter { $0.transport?.result == .fail }
    for policy in failed {
      guard let check = policy.transport, let interval = check.bias.interval else { continue }
      sentences.append(
        """
        \(policy.name): labels differ from what the other policies' labels say of its scores by \
        \(check.bias.value.signed3) (95% interval \(interval.signed3)). Do not use a calibration from \
        other policies for it; the calibrated mean above is corrected by its own labels.
        """)
    }
    sentences.append(
      """
      \(estimates.labelled.text) labels in \(estimates.labelledPrompts.text) prompts, taken to be a \
      random sample of each policy's responses. Errors are over prompts; those of calibrated means \
      include the calibration's own (20 groups of prompts left out).
      """)
    return sentences
  }
}
