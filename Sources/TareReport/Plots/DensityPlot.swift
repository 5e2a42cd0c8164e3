/// Score against length as a figure: points, or their density where there are many, and a curve.
internal import Foundation

struct DensityPlot {
  let title: String
  /// Whose scores they are.
  let subject: String
  /// Those that are not finite are left out.
  let points: [PlotPoint]
  /// Knots, x ascending; may be empty.
  let curve: [PlotPoint]
  let curveName: String
  /// The class of its colours: "raw" or "calibrated".
  let kind: String
  private let x: Axis
  private let y: Axis

  private static let width = 480.0
  private static let height = 354.0
  private static let left = 52.0
  private static let right = 468.0
  private static let top = 26.0
  private static let bottom = 306.0
  /// More points than this are drawn as squares that hold them.
  private static let mostDots = 1500
  /// Squares along each axis, each 8 by 8.
  private static let squares = (x: 52, y: 35)

  /// - Parameter ySpan: how much of the score the plot shows at least.
  init(
    title: String, subject: String, points: [PlotPoint], curve: [PlotPoint], curveName: String,
    kind: String, ySpan: Double
  ) {
    self.title = title
    self.subject = subject
    self.points = points.filter(\.isFinite)
    self.curve = curve.filter(\.isFinite)
    self.curveName = curveName
    self.kind = kind
    let lengths = self.points.map(\.x).filter { $0 > 0 }
    let isWide = (lengths.max() ?? 1) > 10 * (lengths.min() ?? 1)
    x = Axis(spanning: self.points.map(\.x), scale: isWide ? .log : .linear, margin: 0.02)
    let scores = self.points.map(\.y)
    let low = scores.min() ?? 0
    let high = scores.max() ?? 0
    let missing = max(0, ySpan - (high - low)) / 2
    y = Axis(spanning: [low - missing, high + missing], margin: 0.03)
  }

  var figure: Markup {
    tag("figure", ["class": kind]) {
      tag("figcaption") { title }
      tag(
        "svg",
        [
          "class": "density", "role": "img",
          "viewBox": "0 0 \(DensityPlot.width.svg) \(DensityPlot.height.svg)",
        ]
      ) {
        tag("title") { "\(title), \(subject)" }
        tag("desc") { description }
        axes
        tag("g", ["class": "points"]) {
          if points.count > DensityPlot.mostDots { density } else { dots }
        }
        curveMarkup
      }
      legend
    }
  }
}

extension DensityPlot {
  /// The picture in words.
  private var description: String {
    let extent = """
      \(points.count.counted("response")) of length \(span(points.map(\.x), 0)), scores \
      \(span(points.map(\.y), 2))
      """
    guard !curve.isEmpty else { return extent + "." }
    return """
      \(extent). Curve (\(curveName)) from \(value(of: curve.first)) to \
      \(value(of: curve.last)).
      """
  }

  private func span(_ values: [Double], _ decimals: Int) -> String {
    guard let least = values.min(), let most = values.max() else { return "unknown" }
    return "\(least.fixed(decimals)) to \(most.fixed(decimals))"
  }

  private func value(of knot: PlotPoint?) -> String {
    knot.map { "\($0.y.fixed(2)) at length \($0.x.fixed(0))" } ?? "nowhere"
  }

  private func place(x value: Double) -> Double {
    DensityPlot.left + x.position(of: value) * (DensityPlot.right - DensityPlot.left)
  }

  private func place(y value: Double) -> Double {
    DensityPlot.bottom - y.position(of: value) * (DensityPlot.bottom - DensityPlot.top)
  }

  @MarkupBuilder private var axes: [Markup] {
    let (left, right) = (DensityPlot.left.svg, DensityPlot.right.svg)
    let (top, bottom) = (DensityPlot.top.svg, DensityPlot.bottom.svg)
    tag("g", ["class": "axis", "aria-hidden": "true"]) {
      for tick in y.ticks(atMost: 6) {
        let at = place(y: tick.value)
        tag("line", ["class": "grid", "x1": left, "x2": right, "y1": at.svg, "y2": at.svg])
        tag("text", ["x": (DensityPlot.left - 7).svg, "y": (at + 4).svg, "text-anchor": "end"]) {
          tick.label
        }
      }
      for tick in x.ticks(atMost: 8) {
        let at = place(x: tick.value).svg
        tag("line", ["class": "grid", "x1": at, "x2": at, "y1": top, "y2": bottom])
        tag("text", ["x": at, "y": (DensityPlot.bottom + 17).svg, "text-anchor": "middle"]) {
          tick.label
        }
      }
      tag("line", ["class": "base", "x1": left, "x2": right, "y1": bottom, "y2": bottom])
      tag(
        "text",
        [
          "class": "name", "x": right, "y": (DensityPlot.height - 8).svg, "text-anchor": "end",
        ]
      ) { "length in characters\(x.scale == .log ? " (log scale)" : "")" }
      tag(
        "text", ["class": "name", "x": (DensityPlot.left - 7).svg, "y": "12", "text-anchor": "end"]
      ) {
        "score"
      }
    }
  }

  @MarkupBuilder private var dots: [Markup] {
    for point in points {
      tag("circle", ["cx": place(x: point.x).svg, "cy": place(y: point.y).svg, "r": "2.5"]) {
        tag("title") { "length \(point.x.fixed(0)), score \(point.y.fixed(3))" }
      }
    }
  }

  /// The curve twice: a wide stroke in the ground's colour sets the other off from the points.
  @MarkupBuilder private var curveMarkup: [Markup] {
    if !curve.isEmpty {
      let path = curvePath
      tag("path", ["class": "halo", "d": path])
      tag("path", ["class": "curve", "d": path]) {
        tag("title") { "\(curveName): \(value(of: curve.first)), \(value(of: curve.last))" }
      }
    }
  }

  /// Drawn at more places than the figure has pixels apart, which is finer than the knots matter.
  private var curvePath: String {
    let steps = 240
    let places = (0...steps).compactMap { step in
      let at = x.value(at: Double(step) / Double(steps))
      return curve.interpolated(at: at).map { "\(place(x: at).svg) \(place(y: $0).svg)" }
    }
    return "M" + places.joined(separator: "L")
  }
}

extension DensityPlot {
  private struct Square {
    let column: Int
    let row: Int
    let count: Int
  }

  /// The squares that hold points.
  private var filledSquares: [Square] {
    let (columns, rows) = DensityPlot.squares
    var counts = [Int](repeating: 0, count: columns * rows)
    for point in points {
      let column = min(columns - 1, Int(x.position(of: point.x) * Double(columns)))
      let row = min(rows - 1, Int(y.position(of: point.y) * Double(rows)))
      counts[row * columns + column] += 1
    }
    return counts.indices.filter { counts[$0] > 0 }.map { index in
      Square(column: index % columns, row: index / columns, count: counts[index])
    }
  }

  /// What a square holds, of lengths and of scores.
  private func range(of square: Square) -> (x: ClosedRange<Double>, y: ClosedRange<Double>) {
    func part(_ axis: Axis, _ index: Int, of count: Int) -> ClosedRange<Double> {
      axis.value(
        at: Double(index) / Double(count))...axis.value(
          at: Double(index + 1) / Double(count))
    }
    return (
      part(x, square.column, of: DensityPlot.squares.x),
      part(y, square.row, of: DensityPlot.squares.y)
    )
  }

  @MarkupBuilder private var density: [Markup] {
    let squares = filledSquares
    let most = Double(squares.map(\.count).max() ?? 1)
    let width = (DensityPlot.right - DensityPlot.left) / Double(DensityPlot.squares.x)
    let height = (DensityPlot.bottom - DensityPlot.top) / Double(DensityPlot.squares.y)
    for square in squares {
      let range = range(of: square)
      // Five shades, even steps in the logarithm of the count.
      let shade = most > 1 ? min(5, 1 + Int(5 * log(Double(square.count)) / log(most))) : 5
      tag(
        "rect",
        [
          "class": "d\(shade)", "width": width.svg, "height": height.svg,
          "x": (DensityPlot.left + Double(square.column) * width).svg,
          "y": (DensityPlot.bottom - Double(square.row + 1) * height).svg,
        ]
      ) {
        tag("title") {
          "length \(range.x.lowerBound.fixed(0)) to \(range.x.upperBound.fixed(0)), score "
          "\(range.y.lowerBound.fixed(2)) to \(range.y.upperBound.fixed(2)): "
          square.count.counted("response")
        }
      }
    }
  }

  private var legend: Markup {
    let isDense = points.count > DensityPlot.mostDots
    return tag("p", ["class": "legend"]) {
      key("points", points.count.counted("response") + (isDense ? ", more where stronger" : ""))
      if !curve.isEmpty {
        key("curve", curveName)
      }
      tag("span", ["class": "downloads"]) {
        download("Points as CSV", "\(kind)-points.csv", pointsCSV)
        if !curve.isEmpty {
          download("Curve as CSV", "\(kind)-curve.csv", curveCSV)
        }
      }
    }
  }

  private func key(_ swatch: String, _ name: String) -> Markup {
    tag("span", ["class": "item"]) {
      tag("span", ["class": "swatch \(swatch)", "aria-hidden": "true"])
      name
    }
  }

  private func download(_ title: String, _ file: String, _ csv: String) -> Markup {
    let data = csv.split(separator: "\n").joined(separator: "%0A")
    return tag("a", ["download": file, "href": "data:text/csv,\(data)%0A"]) { title }
  }

  /// What is drawn: the points, or the squares and their counts.
  private var pointsCSV: String {
    guard points.count > DensityPlot.mostDots else {
      return (["length,score"] + points.map { "\($0.x),\($0.y)" }).joined(separator: "\n")
    }
    let lines = filledSquares.map { square in
      let range = range(of: square)
      return """
        \(range.x.lowerBound),\(range.x.upperBound),\(range.y.lowerBound),\
        \(range.y.upperBound),\(square.count)
        """
    }
    return (["length_from,length_to,score_from,score_to,responses"] + lines)
      .joined(separator: "\n")
  }

  private var curveCSV: String {
    (["length,score"] + curve.map { "\($0.x),\($0.y)" }).joined(separator: "\n")
  }
}
