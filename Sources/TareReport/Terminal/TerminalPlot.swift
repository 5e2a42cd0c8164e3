/// A scatter plot for the terminal: points as braille dots, a fitted curve as a heavy line.

package struct TerminalPlot: Sendable {
  private let points: [PlotPoint]
  private let curve: [PlotPoint]
  private let xTitle: String
  private let yTitle: String
  private let noun: String
  private let x: Axis
  private let y: Axis
  private let ticks: TickMaker?
  private let width: Int
  private let height: Int

  /// Ticks of an axis within a range, at most so many.
  package typealias TickMaker =
    @Sendable (ClosedRange<Double>, Int) -> [(value: Double, label: String)]

  /// - Parameters:
  ///   - points: those that are not finite are left out; on a logarithmic axis those at 0 or below
  ///     stand at its start.
  ///   - curve: its knots, x ascending; straight between them and constant beyond; may be empty.
  ///   - noun: what a point stands for.
  ///   - ticks: of the x axis, where numbers would not do, as for dates.
  ///   - width, height: of the whole plot in characters, at least 60 and 6.
  package init(
    points: [PlotPoint], curve: [PlotPoint] = [], xTitle: String = "length",
    yTitle: String = "score", xScale: AxisScale = .linear, noun: String = "response",
    ticks: TickMaker? = nil, width: Int = 72, height: Int = 18
  ) {
    self.ticks = ticks
    self.points = points.filter(\.isFinite)
    self.curve = curve.filter(\.isFinite)
    self.xTitle = xTitle
    self.yTitle = yTitle
    self.noun = noun
    x = Axis(spanning: self.points.map(\.x), scale: xScale)
    y = Axis(spanning: self.points.map(\.y))
    self.width = max(60, width)
    self.height = max(6, height)
  }

  /// `height` lines, each ended by a newline; one line where there is nothing to plot.
  package func text(style: TerminalStyle = .plain) -> String {
    guard !points.isEmpty else { return "No points to plot.\n" }
    let rows = height - 4
    let labels = yLabels(rows: rows)
    let margin = labels.values.map(\.displayWidth).max() ?? 0
    let columns = width - margin - 2
    let area = area(columns: columns, rows: rows, style)
    let indent = String(repeating: " ", count: margin)
    var text = style.bold("\(indent)  \(yTitle.printable.truncated(toWidth: columns))") + "\n"
    for row in 0..<rows {
      let label = (labels[row] ?? "").padded(toWidth: margin, .right)
      text += "\(label) \(labels[row] == nil ? "│" : "┤")\(area[row])\n"
    }
    let (ticks, tickLabels) = xAxis(columns: columns)
    text += "\(indent) └\(ticks)\n\(indent)  \(tickLabels)\n"
    return text + "\(indent)  \(legend(columns: columns, style))\n"
  }

  private func legend(columns: Int, _ style: TerminalStyle) -> String {
    let dots = "⠿ \(points.count.counted(noun))"
    let line = curve.isEmpty ? "" : "━ fitted curve"
    let key = dots.displayWidth + (curve.isEmpty ? 0 : 3 + line.displayWidth)
    let title = (xTitle.printable + (x.scale == .log ? " (log scale)" : ""))
      .truncated(toWidth: columns - key - 2)
    let space = String(repeating: " ", count: max(1, columns - key - title.displayWidth))
    return style.bold(title) + space + style.data(dots)
      + (curve.isEmpty ? "" : "   " + style.fit(line))
  }

  /// The label of each row that has one; row 0 is at the top.
  private func yLabels(rows: Int) -> [Int: String] {
    var labels: [Int: String] = [:]
    for tick in y.ticks(atMost: min(6, rows / 2)) {
      labels[row(of: tick.value, of: rows)] = tick.label
    }
    return labels
  }

  /// The axis with its ticks, and the labels below them.
  private func xAxis(columns: Int) -> (ticks: String, labels: String) {
    var axis = [Character](repeating: "─", count: columns)
    var labels = ""
    let most = columns / 8
    for tick in ticks?(x.range, most) ?? x.ticks(atMost: most) {
      let column = column(of: tick.value, of: columns)
      let start = min(max(0, column - tick.label.count / 2), columns - tick.label.count)
      guard labels.isEmpty || start > labels.count else { continue }
      axis[column] = "┬"
      labels += String(repeating: " ", count: max(0, start - labels.count)) + tick.label
    }
    return (String(axis), labels)
  }

  private func column(of value: Double, of count: Int) -> Int {
    min(count - 1, Int(x.position(of: value) * Double(count)))
  }

  private func row(of value: Double, of count: Int) -> Int {
    min(count - 1, Int((1 - y.position(of: value)) * Double(count)))
  }
}

extension TerminalPlot {
  /// What stands between the axes, [row]; the curve hides the dots behind it.
  private func area(columns: Int, rows: Int, _ style: TerminalStyle) -> [String] {
    let dots = BrailleDensity(columns: columns, rows: rows, points: points, x: x, y: y)
    let line = curveLine(columns: columns, rows: rows)
    return (0..<rows).map { row in
      var text = ""
      var column = 0
      // Runs of the same kind get one escape sequence.
      while column < columns {
        let isCurve = line[row][column] != nil
        var run = ""
        while column < columns, (line[row][column] != nil) == isCurve {
          run.append(line[row][column] ?? dots.character(column: column, row: row))
          column += 1
        }
        if !isCurve, column == columns { run = run.withoutTrailingSpaces }
        if run.allSatisfy({ $0 == " " }) {
          text += run
        } else {
          text += isCurve ? style.fit(run) : style.data(run)
        }
      }
      return text
    }
  }

  /// The curve as a heavy line, [row][column]; nil where it does not pass.
  private func curveLine(columns: Int, rows: Int) -> [[Character?]] {
    var line = [[Character?]](
      repeating: [Character?](repeating: nil, count: columns), count: rows)
    var previous: Int?
    for column in 0..<columns {
      let middle = x.value(at: (Double(column) + 0.5) / Double(columns))
      guard let value = curve.interpolated(at: middle) else { break }
      let row = row(of: value, of: rows)
      if let previous, previous != row {
        let isRising = row < previous
        for between in min(row, previous)...max(row, previous) { line[between][column] = "┃" }
        line[previous][column] = isRising ? "┛" : "┓"
        line[row][column] = isRising ? "┏" : "┗"
      } else {
        line[row][column] = "━"
      }
      previous = row
    }
    return line
  }
}
