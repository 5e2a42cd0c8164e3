/// Whole plots as expectations.
import TareReport
import TareTesting
import Testing

@Suite struct TerminalPlotTests {
  @Test func `points stand where they are and the curve runs through them`() {
    let points = (0...10).map { PlotPoint(x: Double($0) * 100, y: Double($0 % 3)) }
    let curve = [PlotPoint(x: 0, y: 0), PlotPoint(x: 1000, y: 2)]
    let plot = TerminalPlot(points: points, curve: curve, width: 60, height: 12)
    #expect(
      plot.text() == """
           score
        2 ┤           ⠁                ⠈                ⠈    ┏━━━━━━
          │                                           ┏━━━━━━┛
          │                                    ┏━━━━━━┛
          │                             ┏━━━━━━┛
        1 ┤     ⠈               ┏━━━━━━━┛         ⠈                ⠈
          │              ┏━━━━━━┛
          │       ┏━━━━━━┛
        0 ┤━━━━━━━┛         ⡀                ⡀                ⡀
          └┬──────────┬──────────┬───────────┬──────────┬──────────┬
           0         200        400         600        800      1000
           length                    ⠿ 11 responses   ━ fitted curve

        """)
  }

  @Test func `a logarithmic axis has decades`() {
    let points = [1.0, 10, 100, 1000].map { PlotPoint(x: $0, y: $0) }
    let plot = TerminalPlot(points: points, xScale: .log, width: 60, height: 8)
    #expect(
      plot.text() == """
              score
        1000 ┤                                                     ⠈
             │
             │
             │⡀                 ⡀                 ⠄
             └┬─────────────────┬─────────────────┬────────────────┬
              1                10                100            1000
              length (log scale)                       ⠿ 4 responses

        """)
  }

  @Test(arguments: [(72, 18), (60, 6), (100, 30)], [AxisScale.linear, .log])
  func `a plot is as large as asked`(size: (width: Int, height: Int), scale: AxisScale) {
    var random = SplitMix(state: 3)
    let points = (0..<5000).map { _ in
      PlotPoint(
        x: .random(in: 0...4000, using: &random), y: .random(in: -20...5, using: &random))
    }
    let plot = TerminalPlot(
      points: points, curve: [.init(x: 10, y: 5), .init(x: 3000, y: -20)], xScale: scale,
      width: size.width, height: size.height)
    let lines = plot.text().split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.count == size.height)
    #expect(lines.allSatisfy { String($0).displayWidth <= size.width })
    #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
    let coloured = plot.text(style: .terminal).replacing(/\u{1B}\[[0-9;]*m/, with: "")
    #expect(coloured == plot.text())
  }

  @Test func `more points give more dots`() {
    let crowd = [PlotPoint](repeating: .init(x: 0, y: 0), count: 100)
    let few = [PlotPoint](repeating: .init(x: 1, y: 1), count: 10) + [.init(x: 2, y: 2)]
    let text = TerminalPlot(points: crowd + few, width: 60, height: 8).text()
    let dots = text.unicodeScalars.filter { (0x2801...0x28FF).contains($0.value) }
      .map { ($0.value - 0x2800).nonzeroBitCount }
    // From the top; the last is the legend's. 8 · √(1/100), √(10/100), √(100/100), rounded.
    #expect(dots == [1, 3, 8, 6])
  }

  private static let extremes: [[Double]] = [
    [-1.7e308, 1.7e308], [1e16, 1e16 + 2], [0, .leastNonzeroMagnitude], [1e-305, 1e305],
    [-123_456_789, 0.123_456], [.leastNonzeroMagnitude], [1e300], [-1e308],
  ]

  @Test(arguments: extremes)
  func `numbers at the ends of what a double holds are plotted`(values: [Double]) {
    let points = values.flatMap { x in values.map { PlotPoint(x: x, y: $0) } }
    for scale in [AxisScale.linear, .log] {
      let text = TerminalPlot(points: points, curve: points, xScale: scale).text()
      #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 72 })
    }
    let responses = points.map {
      Report.Response(length: $0.x, score: $0.y, calibrated: $0.y)
    }
    var run = Report.Run(name: "r")
    run.responses = .init(responses)
    run.before = LengthCurve(
      places: points.map { .init(length: $0.x, score: $0.y, interval: $0.y...$0.y) })
    run.removed = points
    #expect(Report(title: "T", date: "D", runs: [run]).html().contains("<svg"))
  }

  @Test func `nothing, one point and equal points are plotted too`() {
    #expect(TerminalPlot(points: []).text() == "No points to plot.\n")
    #expect(TerminalPlot(points: [.init(x: .nan, y: 1)]).text() == "No points to plot.\n")
    for scale in [AxisScale.linear, .log] {
      let one = TerminalPlot(points: [.init(x: 5, y: -3)], xScale: scale).text()
      #expect(one.contains("1 response"))
      let zero = TerminalPlot(points: [.init(x: 0, y: 0), .init(x: 0, y: 0)], xScale: scale).text()
      #expect(zero.contains("2 responses"))
    }
  }
}
