/// Several models in their order for the terminal: ranks with intervals, the distance to the best, and
/// the parts of the total.
import TareCore
package import TareEvaluation

package struct LeaderboardTable: Sendable {
  /// A model with its numbers, raw and calibrated.
  package struct Entry: Sendable {
    let name: String
    let raw: Evaluation
    let calibrated: Evaluation?

    package init(name: String, raw: Evaluation, calibrated: Evaluation? = nil) {
      self.name = name
      self.raw = raw
      self.calibrated = calibrated
    }
  }

  private let leaderboard: Leaderboard
  private let entries: [ExactText: Entry]
  /// More columns than these are left to JSON.
  private static let mostParts = 6

  package init(_ leaderboard: Leaderboard, _ entries: [Entry]) {
    self.leaderboard = leaderboard
    self.entries = Dictionary(entries.map { (ExactText($0.name), $0) }) { first, _ in first }
  }

  package func text(width: Int = 80, style: TerminalStyle = .plain) -> String {
    let count = leaderboard.rows.count
    let what = leaderboard.column.map { "values of \($0)" } ?? "models"
    let title = style.bold("\(count) \(what) on \(leaderboard.benchmark), in per cent")
    var texts = [title + "\n" + ranks.text(width: width, style: style)]
    if let parts { texts.append(parts.text(width: width, style: style)) }
    let notes = leaderboard.notes.map { "Note: \($0)." } + [explanation].compactMap(\.self)
    texts.append(notes.map { $0.wrapped(toWidth: width) + "\n" }.joined())
    return texts.joined(separator: "\n")
  }

  private var explanation: String? {
    let differences = leaderboard.rows.compactMap(\.behindBest)
    guard !differences.isEmpty else { return nil }
    let what = differences.count.counted(leaderboard.column == nil ? "model" : "value")
    let apart = differences.count(where: \.isIndependent)
    let test =
      switch apart {
      case 0: "paired permutation test of that difference"
      case differences.count: "test of that difference between independent samples"
      default:
        "test of that difference, paired where the prompts are the same, else between independent "
          + "samples"
      }
    return """
      rank: with its 95% interval over resampled prompts. behind: difference to the best. q: \
      \(test), adjusted for \(what) (Benjamini–Hochberg).
      """
  }

  /// What the rows are, above their names.
  private var rowHeader: String { leaderboard.column ?? "model" }

  private var ranks: TerminalTable {
    let hasCalibrated = entries.values.contains { $0.calibrated != nil }
    var columns: [TerminalTable.Column] = [
      .init("rank"), .init("95%", .left), .init(rowHeader, .left, leastWidth: 12), .init("n"),
      .init("overall", .left),
    ]
    if hasCalibrated { columns.append(.init("calibrated", .left)) }
    columns += [.init("behind", .left), .init("q")]
    var table = TerminalTable(columns: columns)
    for row in leaderboard.rows {
      var cells = [
        row.rank.map { String($0) } ?? "–", row.rankRange ?? "–", row.name,
        row.accuracy.n.text + (row.warning == nil ? "" : "*"),
        row.accuracy.value.percent.padded(toWidth: 5, .right) + "  "
          + row.accuracy.interval.percent,
      ]
      if hasCalibrated {
        let overall = entries[ExactText(row.name)]?.calibrated?.accuracies.overall
        cells.append(
          overall.map { $0.value.percent.padded(toWidth: 5, .right) } ?? "–")
      }
      cells += [
        row.behindBest.map { "\($0.value.percent)  \($0.interval.signedPercent)" } ?? "–",
        row.behindBest.map { qText($0.q) } ?? "–",
      ]
      table.addRow(cells, isBold: row.rank == 1)
    }
    return table
  }

  /// The sections of each model (its subsets where there are none) and its other totals.
  private var parts: TerminalTable? {
    let models = leaderboard.rows.compactMap { entries[ExactText($0.name)]?.raw.accuracies }
    let hasSections = models.contains { !$0.sections.isEmpty }
    let named = models.map { hasSections ? $0.sections : $0.subsets }
    let namesOfParts = Self.names(of: named)
    // An average that is the total of every model says nothing new.
    let averages = Self.names(
      of: models.map { model in
        model.averages.filter { $0.value.value != model.overall.value }
      })
    let names = (namesOfParts.count <= Self.mostParts ? namesOfParts : []) + averages
    let parts = zip(named, models).map { named, model in named + model.averages }
    guard !names.isEmpty else { return nil }
    var table = TerminalTable(
      columns: [.init(rowHeader, .left, leastWidth: 12)] + names.map { .init($0, leastWidth: 5) })
    for (row, numbers) in zip(leaderboard.rows, parts) {
      table.addRow(
        [row.name]
          + names.map { name in numbers.first { $0.name == name }?.value.value.percent ?? "–" })
    }
    return table
  }

  /// In the order in which models first have them: not every model has all.
  private static func names(of parts: [[Breakdown<Accuracy>.Named]]) -> [String] {
    var known: Set<String> = []
    return parts.joined().map(\.name).filter { known.insert($0).inserted }
  }

  private func qText(_ q: Double) -> String { q < 0.001 ? "<0.001" : q.fixed(3) }
}

extension Leaderboard.Row {
  /// "1–3"; nil for a model that has no rank.
  var rankRange: String? { ranks.map { "\($0.lowerBound)–\($0.upperBound)" } }
}
