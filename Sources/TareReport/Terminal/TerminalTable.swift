/// A table for the terminal: aligned columns, at most as wide as the terminal.

package struct TerminalTable: Sendable {
  package enum Alignment: Sendable { case left, right }

  package struct Column: Sendable {
    package var header: String
    package var alignment: Alignment
    /// Columns it can be cut down to where the table is too wide; nil for a column that is never
    /// cut.
    package var leastWidth: Int?

    package init(_ header: String, _ alignment: Alignment = .right, leastWidth: Int? = nil) {
      self.header = header
      self.alignment = alignment
      self.leastWidth = leastWidth
    }
  }

  private enum Line {
    case row([String], isBold: Bool)
    case rule
  }

  private let columns: [Column]
  private var lines: [Line] = []
  private static let gap = "  "

  package init(columns: [Column]) { self.columns = columns }

  /// Adds a row; cells beyond the columns are left out, missing ones are empty.
  package mutating func addRow(_ cells: [String], isBold: Bool = false) {
    let missing = [String](repeating: "", count: max(0, columns.count - cells.count))
    let row = cells.prefix(columns.count).map(\.printable) + missing
    lines.append(.row(row, isBold: isBold))
  }

  /// Adds a line between groups of rows.
  package mutating func addRule() { lines.append(.rule) }

  /// The lines of the table, each ended by a newline, without spaces at their ends.
  package func text(width: Int = 80, style: TerminalStyle = .plain) -> String {
    let widths = columnWidths(within: width)
    let whole = widths.reduce(0, +) + TerminalTable.gap.count * max(0, widths.count - 1)
    let rule = style.dim(String(repeating: "─", count: whole)) + "\n"
    var text = style.bold(line(columns.map(\.header), widths)) + "\n" + rule
    for entry in lines {
      switch entry {
      case .rule: text += rule
      case .row(let cells, let isBold):
        let line = line(cells, widths)
        text += (isBold ? style.bold(line) : line) + "\n"
      }
    }
    return text
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let padded = columns.indices.map { column in
      cells[column].truncated(toWidth: widths[column])
        .padded(toWidth: widths[column], columns[column].alignment)
    }
    let line = padded.joined(separator: TerminalTable.gap)
    return line.withoutTrailingSpaces
  }

  /// The widest cell of each column; where that is too much, the columns that may be cut give way,
  /// always the widest of them first.
  private func columnWidths(within width: Int) -> [Int] {
    var widths = columns.map(\.header.displayWidth)
    for case .row(let cells, _) in lines {
      for column in columns.indices {
        widths[column] = max(widths[column], cells[column].displayWidth)
      }
    }
    let gaps = TerminalTable.gap.count * max(0, columns.count - 1)
    var excess = widths.reduce(gaps, +) - width
    while excess > 0 {
      let shrinking = columns.indices.filter { column in
        columns[column].leastWidth.map { widths[column] > max(1, $0) } ?? false
      }
      guard let widest = shrinking.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }
}
