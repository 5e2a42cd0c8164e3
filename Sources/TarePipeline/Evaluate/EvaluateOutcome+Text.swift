/// What `tare evaluate` found, as text for people.
internal import TareEvaluation
internal import TareReport

extension EvaluateOutcome {
  /// Of so many models each has its own table without being asked.
  private static let fewModels = 3

  /// - Parameter details: shows every number there is.
  package func text(details: Bool, coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    var texts: [String] = []
    if let leaderboard {
      let entries = parts.map {
        LeaderboardTable.Entry(name: $0.name ?? "", raw: $0.raw, calibrated: $0.calibrated)
      }
      texts.append(LeaderboardTable(leaderboard, entries).text(style: style))
    }
    if !gameability.isEmpty { texts.append(GameabilityTable(gameability).text(style: style)) }
    if !details, let column, leaderboard != nil {
      texts += groupComparison(column, style)
    } else if details || leaderboard == nil || parts.count <= Self.fewModels {
      texts += parts.map { text(of: $0, details: details, style) }
    } else {
      texts += parts.compactMap { against($0, style) }
    }
    return texts.joined(separator: "\n")
  }

  /// The other scores and these by the column's values, where any are compared.
  private func groupComparison(_ column: String, _ style: TerminalStyle) -> [String] {
    let groups = parts.compactMap { part in part.against.map { (part.name ?? "", $0) } }
    guard !groups.isEmpty else { return [] }
    let table = GroupComparisonTable(groups, column: column, names: (sides.other, sides.these))
    return [table.text(style: style)]
  }

  private func text(of part: Part, details: Bool, _ style: TerminalStyle) -> String {
    let table = EvaluationTable(
      raw: part.raw, calibrated: part.calibrated, comparison: part.comparison,
      calibration: part.calibration?.text, hasDetails: details)
    let title = part.name.flatMap { parts.count > 1 ? $0 : nil }
    return [title, table.text(style: style), against(part, style)].compactMap(\.self)
      .joined(separator: title == nil ? "\n" : "\n\n")
  }

  private func against(_ part: Part, _ style: TerminalStyle) -> String? {
    part.against.map { comparison in
      ComparisonTable(
        comparison, names: (part.sides.other, part.sides.these),
        examples: part.examples.map { .init($0.disagreement, lines: $0.lines) }
      ).text(style: style)
    }
  }
}
