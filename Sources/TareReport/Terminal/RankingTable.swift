/// Ranked candidates for the terminal.
package import TareRanking

package struct RankingTable: Sendable {
  private let rankings: [Ranking]
  /// The beginnings of responses by row, where they are known.
  private let texts: [Int: String]
  private let top: Int?
  /// Prompts beyond those that are shown.
  private let more: Int
  /// A terminal holds no more.
  private static let most = 1000

  /// - Parameters:
  ///   - top: how many candidates of each prompt are shown, all if nil.
  ///   - text: the response of a row, of which the beginning is shown.
  package init(
    _ rankings: some Collection<Ranking>, top: Int? = nil, text: (Int) -> String? = { _ in nil }
  ) {
    self.rankings = Array(rankings.prefix(Self.most))
    more = rankings.count - self.rankings.count
    self.top = top
    var texts: [Int: String] = [:]
    for place in self.rankings.flatMap({ $0.places.prefix(top ?? $0.places.count) }) {
      texts[place.row] = text(place.row)
    }
    self.texts = texts
  }

  package func text(width: Int = 80, style: TerminalStyle = .plain) -> String {
    var columns: [TerminalTable.Column] = [
      .init("prompt", .left, leastWidth: 8), .init("rank"), .init("response"), .init("score"),
      .init("margin"),
    ]
    if !texts.isEmpty { columns.append(.init("text", .left, leastWidth: 10)) }
    var table = TerminalTable(columns: columns)
    for (number, ranking) in rankings.enumerated() {
      // A line between prompts tells them apart only where they have several lines.
      let shown = ranking.places.prefix(top ?? ranking.places.count)
      if number > 0, top != 1 { table.addRule() }
      for (rank, place) in shown.enumerated() {
        var cells = [
          rank == 0 ? ranking.promptID : "", (rank + 1).text, place.index.text,
          place.score.fixed(4), marginText(place.margin),
        ]
        if let text = texts[place.row] { cells.append(text) }
        table.addRow(cells, isBold: rank == 0 && shown.count > 1)
      }
    }
    let text = table.text(width: width, style: style)
    return more > 0 ? text + "… and \(more.text) more prompts\n" : text
  }

  private func marginText(_ margin: Double?) -> String {
    guard let margin else { return "–" }
    return margin == 0 ? "tie" : margin.fixed(4)
  }
}
