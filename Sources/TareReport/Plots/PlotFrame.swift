/// Where a plot's values lie in its drawing, and the axes around them.

struct PlotFrame {
  let x: Axis
  let y: Axis
  let xTitle: String
  let yTitle: String
  /// Ticks of the x axis; nil for round values.
  var xTicks: [Axis.Tick]?

  static let width = 480.0
  static let height = 340.0
  static let left = 52.0
  static let right = 468.0
  static let top = 26.0
  static let bottom = 292.0

  func place(x value: Double) -> Double {
    Self.left + x.position(of: value) * (Self.right - Self.left)
  }

  func place(y value: Double) -> Double {
    Self.bottom - y.position(of: value) * (Self.bottom - Self.top)
  }

  @MarkupBuilder var axes: [Markup] {
    let (left, right) = (Self.left.svg, Self.right.svg)
    let (top, bottom) = (Self.top.svg, Self.bottom.svg)
    tag("g", ["class": "axis", "aria-hidden": "true"]) {
      for tick in y.ticks(atMost: 6) {
        let at = place(y: tick.value)
        tag("line", ["class": "grid", "x1": left, "x2": right, "y1": at.svg, "y2": at.svg])
        tag("text", ["x": (Self.left - 7).svg, "y": (at + 4).svg, "text-anchor": "end"]) {
          tick.label
        }
      }
      for tick in xTicks ?? x.ticks(atMost: 8) {
        let at = place(x: tick.value).svg
        tag("line", ["class": "grid", "x1": at, "x2": at, "y1": top, "y2": bottom])
        tag("text", ["x": at, "y": (Self.bottom + 18).svg, "text-anchor": "middle"]) { tick.label }
      }
      tag("line", ["class": "base", "x1": left, "x2": right, "y1": bottom, "y2": bottom])
      tag("text", ["class": "name", "x": right, "y": (Self.height - 9).svg, "text-anchor": "end"]) {
        xTitle + (x.scale == .log ? " (log scale)" : "")
      }
      tag("text", ["class": "name", "x": "2", "y": "13"]) { yTitle }
    }
  }

  /// A line through points, x ascending.
  func path(_ points: [PlotPoint]) -> String {
    "M" + points.map { "\(place(x: $0.x).svg) \(place(y: $0.y).svg)" }.joined(separator: "L")
  }

  /// The area between a curve's lower and upper ends, x ascending.
  func area(_ places: [(x: Double, interval: ClosedRange<Double>)]) -> String {
    let upper = places.map { PlotPoint(x: $0.x, y: $0.interval.upperBound) }
    let lower = places.reversed().map { PlotPoint(x: $0.x, y: $0.interval.lowerBound) }
    return path(upper + lower) + "Z"
  }

  /// A line across the plot that values are compared with.
  func reference(y value: Double, _ title: String) -> Markup {
    let at = place(y: value).svg
    return tag(
      "line",
      ["class": "reference", "x1": Self.left.svg, "x2": Self.right.svg, "y1": at, "y2": at]
    ) { tag("title") { title } }
  }

  /// A value with its interval: a circle for raw scores, a diamond for calibrated ones.
  ///
  /// - Parameter shift: to the right, in the drawing's units, so that two marks stand side by side.
  func mark(
    x: Double, _ value: Double, _ interval: ClosedRange<Double>?, kind: String, shift: Double = 0,
    title: String
  ) -> Markup {
    let at = place(x: x) + shift
    return tag("g", ["class": "mark \(kind)"]) {
      tag("title") { title }
      if let interval {
        tag(
          "line",
          [
            "class": "interval", "x1": at.svg, "x2": at.svg,
            "y1": place(y: interval.lowerBound).svg, "y2": place(y: interval.upperBound).svg,
          ])
      }
      if kind == "raw" {
        tag("circle", ["cx": at.svg, "cy": place(y: value).svg, "r": "4.5"])
      } else {
        tag("path", ["d": "M\(at.svg) \((place(y: value) - 6).svg)l6 6-6 6-6-6z"])
      }
    }
  }
}
