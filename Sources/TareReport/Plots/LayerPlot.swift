/// Numbers by layer as lines.

struct LayerPlot {
  struct Series {
    let name: String
    /// [layers]; nil where there is none.
    let values: [Double?]
  }

  let title: String
  /// Whose numbers they are.
  let subject: String
  /// The layers' numbers, ascending.
  let layers: [Int]
  /// At most three.
  let series: [Series]
  let yTitle: String
  var scale = AxisScale.linear
  /// A value that the lines are compared with, and what it is.
  var reference: (value: Double, name: String)?
  /// The axis has these values too.
  var spanned: [Double] = []
  let text: (Double) -> String

  private static let kinds = ["one", "two", "three"]
  /// More layers than these have lines without marks.
  private static let mostMarked = 40

  var figure: Markup {
    let frame = frame
    let keys = zip(series, Self.kinds).map { Figure.Key("line-\($1)", $0.name) }
    return Figure(
      title: title, subject: subject, description: description,
      keys: (series.count > 1 ? keys : [])
        + (reference.map { [Figure.Key("reference", $0.name)] } ?? []),
      numbers: numbers, downloads: [csv]
    ).markup {
      frame.axes
      if let reference { frame.reference(y: reference.value, reference.name) }
      for (one, kind) in zip(series, Self.kinds) { line(one, kind, in: frame) }
      targets(in: frame)
    }
  }

  private var frame: PlotFrame {
    let all = series.flatMap { $0.values.compactMap(\.self) } + spanned
    let (first, last) = (Double(layers.first ?? 0), Double(layers.last ?? 0))
    let few = layers.count <= 8 ? layers.map { (value: Double($0), label: String($0)) } : nil
    return PlotFrame(
      x: Axis(spanning: [first, last], margin: 0.03),
      y: Axis(spanning: all + (reference.map { [$0.value] } ?? []), scale: scale, margin: 0.05),
      xTitle: "layer", yTitle: yTitle + (scale == .log ? " (log scale)" : ""), xTicks: few)
  }

  @MarkupBuilder private func line(
    _ series: Series, _ kind: String, in frame: PlotFrame
  ) -> [Markup] {
    let points = zip(layers, series.values).compactMap { layer, value in
      value.map { PlotPoint(x: Double(layer), y: $0) }
    }
    if points.count > 1 {
      tag("path", ["class": "line \(kind)", "d": frame.path(points)])
    }
    if points.count <= Self.mostMarked {
      tag("g", ["class": "marks \(kind)"]) {
        for point in points {
          mark(kind, frame.place(x: point.x), frame.place(y: point.y))
        }
      }
    }
  }

  /// A circle, a diamond, a square: lines differ without colour too.
  private func mark(_ kind: String, _ x: Double, _ y: Double) -> Markup {
    switch kind {
    case "one": tag("circle", ["cx": x.svg, "cy": y.svg, "r": "3.5"])
    case "two": tag("path", ["d": "M\(x.svg) \((y - 4.5).svg)l4.5 4.5-4.5 4.5-4.5-4.5z"])
    default:
      tag("rect", ["x": (x - 3).svg, "y": (y - 3).svg, "width": "6", "height": "6"])
    }
  }

  /// What is pointed at: the whole height above each layer.
  @MarkupBuilder private func targets(in frame: PlotFrame) -> [Markup] {
    for (place, layer) in layers.enumerated() {
      let at = frame.place(x: Double(layer))
      let left = place > 0 ? (frame.place(x: Double(layers[place - 1])) + at) / 2 : at - 6
      let right =
        place + 1 < layers.count ? (frame.place(x: Double(layers[place + 1])) + at) / 2 : at + 6
      tag(
        "rect",
        [
          "class": "target", "x": left.svg, "y": PlotFrame.top.svg, "width": (right - left).svg,
          "height": (PlotFrame.bottom - PlotFrame.top).svg,
        ]
      ) {
        tag("title") {
          "layer \(layer): "
            + series.map { one in
              (series.count > 1 ? one.name + " " : "") + (one.values[place].map(text) ?? "–")
            }.joined(separator: ", ")
        }
      }
    }
  }

  private var description: String {
    series.map { one in
      let known = zip(layers, one.values).compactMap { layer, value in value.map { (layer, $0) } }
      guard let least = known.min(by: { $0.1 < $1.1 }), let most = known.max(by: { $0.1 < $1.1 })
      else { return "\(one.name): none." }
      return """
        \(one.name): from \(text(least.1)) in layer \(least.0) to \(text(most.1)) in layer \
        \(most.0).
        """
    }.joined(separator: " ")
  }

  private var numbers: NumbersTable {
    NumbersTable(
      caption: "\(title), \(subject)", header: ["layer"] + series.map(\.name),
      rows: layers.enumerated().map { place, layer in
        [String(layer)] + series.map { $0.values[place].map(text) ?? "–" }
      })
  }

  private var csv: CSVDownload {
    CSVDownload(
      "CSV", file: "\(subject) \(title)", header: ["layer"] + series.map(\.name),
      rows: layers.enumerated().map { place, layer in
        [String(layer)] + series.map { $0.values[place].csv }
      })
  }
}
