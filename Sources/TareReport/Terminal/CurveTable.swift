/// What the best of n candidates is worth, for the terminal.
package import TareRanking

package struct CurveTable: Sendable {
  private let curve: BestOfNCurve

  package init(_ curve: BestOfNCurve) { self.curve = curve }

  /// Every n where there are few, else powers of two and the last.
  package func text(width: Int = 80, style: TerminalStyle = .plain) -> String {
    let hasLabels = curve.points.contains { $0.label != nil }
    var columns: [TerminalTable.Column] = [
      .init("n"), .init("KL, nats"), .init("prompts"), .init("score", .left),
    ]
    if hasLabels { columns.append(.init("label", .left)) }
    var table = TerminalTable(columns: columns)
    let last = curve.points.count
    for point in curve.points
    where last <= 16 || point.n == last || point.n & (point.n - 1) == 0 {
      var cells = [point.n.text, point.kl.fixed(3), point.prompts.text, text(of: point.score)]
      if let label = point.label { cells.append(text(of: label)) }
      table.addRow(cells)
    }
    return style.bold("Expected score of the best of n, with 95% intervals") + "\n"
      + table.text(width: width, style: style)
  }

  private func text(of estimate: BestOfNCurve.Estimate) -> String {
    let value = estimate.value.fixed(4).padded(toWidth: 8, .right)
    guard let interval = estimate.interval else { return value }
    return "\(value)  \(interval.lowerBound.fixed(4)) to \(interval.upperBound.fixed(4))"
  }
}
