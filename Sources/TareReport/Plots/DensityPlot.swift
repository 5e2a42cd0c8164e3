/// Score against length as a figure: points, or their density where there are many, and the fitted
/// curve with its band.
internal import Foundation

struct DensityPlot {
  let title: String
  /// Whose scores they are.
  let subject: String
  /// Of the responses whose score is finite too, [response].
  private let lengths: [Double]
  /// [response]
  private let scores: [Double]
  /// x ascending; may be empty.
  let curve: [LengthCurve.Place]
  let curveName: String
  /// A second curve, x ascending; may be empty.
  let removed: [PlotPoint]
  /// The class of its colours: "raw" or "calibrated".
  let kind: String
  private let frame: PlotFrame
  /// Those that hold points, where there are many.
  private let filledSquares: [Square]

  /// More points than this are drawn as squares that hold them.
  private static let mostDots = 1500
  /// Squares along each axis, each 8 by 7.6.
  private static let squares = (x: 52, y: 35)

  /// - Parameter ySpan: how much of the score the plot shows at least.
  init(
    title: String, subject: String, lengths: [Double], scores: [Double],
    curve: [LengthCurve.Place], curveName: String, removed: [PlotPoint] = [], kind: String,
    ySpan: Double
  ) {
    self.title = title
    self.subject = subject
    (self.lengths, self.scores) = Self.finite(lengths, scores)
    self.curve = curve.filter { $0.length.isFinite && $0.score.isFinite }
    self.curveName = curveName
    self.removed = removed.filter(\.isFinite)
    self.kind = kind
    let positive = self.lengths.lazy.filter { $0 > 0 }
    let isWide = (positive.max() ?? 1) > 10 * (positive.min() ?? 1)
    let low = self.scores.min() ?? 0
    let high = self.scores.max() ?? 0
    let missing = max(0, ySpan - (high - low)) / 2
    frame = PlotFrame(
      x: Axis(spanning: self.lengths, scale: isWide ? .log : .linear, margin: 0.02),
      y: Axis(spanning: [low - missing, high + missing], margin: 0.03),
      xTitle: "length", yTitle: "score")
    filledSquares =
      self.scores.count > Self.mostDots ? Self.squares(self.lengths, self.scores, in: frame) : []
  }

  /// Without the responses whose length or score is not finite.
  private static func finite(
    _ lengths: [Double], _ scores: [Double]
  ) -> (lengths: [Double], scores: [Double]) {
    func isFinite(_ row: Int) -> Bool { lengths[row].isFinite && scores[row].isFinite }
    guard !scores.indices.allSatisfy(isFinite) else { return (lengths, scores) }
    let rows = scores.indices.filter(isFinite)
    return (rows.map { lengths[$0] }, rows.map { scores[$0] })
  }

  var figure: Markup {
    var keys = [
      Figure.Key(
        "points", scores.count.counted("response") + (isDense ? ", darker where denser" : ""))
    ]
    if !curve.isEmpty {
      keys.append(.init("curve", curveName + (hasBand ? " with its 95% band" : "")))
    }
    if !removed.isEmpty { keys.append(.init("removed", "bias removed by calibration")) }
    var downloads = [pointsCSV]
    if !curve.isEmpty { downloads.append(curveCSV) }
    return Figure(
      title: title, subject: subject, description: description, kind: kind, keys: keys,
      downloads: downloads
    ).markup {
      frame.axes
      tag("g", ["class": "points"]) {
        if isDense { density } else { dots }
      }
      curveMarkup
    }
  }
}

extension DensityPlot {
  private var isDense: Bool { scores.count > DensityPlot.mostDots }
  private var hasBand: Bool { curve.contains { $0.interval != nil } }

  /// The picture in words.
  private var description: String {
    let extent = """
      \(scores.count.counted("response")) of length \(span(lengths, 0)), scores \
      \(span(scores, 2))
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

  private func value(of place: LengthCurve.Place?) -> String {
    place.map { "\($0.score.fixed(2)) at length \($0.length.fixed(0))" } ?? "nowhere"
  }

  @MarkupBuilder private var dots: [Markup] {
    for (length, score) in zip(lengths, scores) {
      tag(
        "circle",
        ["cx": frame.place(x: length).svg, "cy": frame.place(y: score).svg, "r": "2.5"]
      ) {
        tag("title") { "length \(length.fixed(0)), score \(score.fixed(3))" }
      }
    }
  }

  /// The curve twice: a wide stroke in the ground's colour sets the other off from the points.
  @MarkupBuilder private var curveMarkup: [Markup] {
    if curve.count > 1 {
      let line = path(curve.map { PlotPoint(x: $0.length, y: $0.score) })
      let banded = curve.compactMap { place in
        place.interval.map { (x: place.length, interval: $0) }
      }
      tag("path", ["class": "halo", "d": line])
      if banded.count > 1 { tag("path", ["class": "band", "d": frame.area(banded)]) }
      tag("path", ["class": "curve", "d": line])
      // Something to point at: the values of the curve where it was fitted.
      for place in curve {
        tag(
          "circle",
          [
            "class": "knot", "r": "3.2", "cx": frame.place(x: place.length).svg,
            "cy": frame.place(y: place.score).svg,
          ]
        ) {
          tag("title") {
            "\(curveName): \(place.score.fixed(3)) at length \(place.length.fixed(0))"
            if let interval = place.interval {
              ", 95% \(interval.lowerBound.fixed(3)) to \(interval.upperBound.fixed(3))"
            }
          }
        }
      }
    }
    if removed.count > 1 {
      tag("path", ["class": "removed", "d": path(removed)]) {
        tag("title") { "bias removed by calibration, shifted to the mean of the scores" }
      }
    }
  }

  /// Drawn at more places than the figure has pixels apart, which is finer than the knots matter.
  private func path(_ knots: [PlotPoint]) -> String {
    let steps = 160
    return frame.path(
      (0...steps).compactMap { step in
        let at = frame.x.value(at: Double(step) / Double(steps))
        guard let first = knots.first, let last = knots.last, first.x <= at, at <= last.x else {
          return nil
        }
        return knots.interpolated(at: at).map { PlotPoint(x: at, y: $0) }
      })
  }
}

extension DensityPlot {
  private struct Square {
    let column: Int
    let row: Int
    let count: Int
  }

  /// The squares that hold points.
  private static func squares(
    _ lengths: [Double], _ scores: [Double], in frame: PlotFrame
  ) -> [Square] {
    let (columns, rows) = DensityPlot.squares
    var counts = [Int](repeating: 0, count: columns * rows)
    for (length, score) in zip(lengths, scores) {
      let column = min(columns - 1, Int(frame.x.position(of: length) * Double(columns)))
      let row = min(rows - 1, Int(frame.y.position(of: score) * Double(rows)))
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
      part(frame.x, square.column, of: DensityPlot.squares.x),
      part(frame.y, square.row, of: DensityPlot.squares.y)
    )
  }

  @MarkupBuilder private var density: [Markup] {
    let squares = filledSquares
    let most = Double(squares.map(\.count).max() ?? 1)
    let width = (PlotFrame.right - PlotFrame.left) / Double(DensityPlot.squares.x)
    let height = (PlotFrame.bottom - PlotFrame.top) / Double(DensityPlot.squares.y)
    for square in squares {
      let range = range(of: square)
      // Five shades, even steps in the logarithm of the count.
      let shade = most > 1 ? min(5, 1 + Int(5 * log(Double(square.count)) / log(most))) : 5
      tag(
        "rect",
        [
          "class": "d\(shade)", "width": width.svg, "height": height.svg,
          "x": (PlotFrame.left + Double(square.column) * width).svg,
          "y": (PlotFrame.bottom - Double(square.row + 1) * height).svg,
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

  /// What is drawn: the points, or the squares and their counts.
  private var pointsCSV: CSVDownload {
    guard isDense else {
      return CSVDownload(
        "Points as CSV", file: "\(subject) \(kind) points", header: ["length", "score"],
        rows: zip(lengths, scores).map { ["\($0)", "\($1)"] })
    }
    return CSVDownload(
      "Density as CSV", file: "\(subject) \(kind) density",
      header: ["length_from", "length_to", "score_from", "score_to", "responses"],
      rows: filledSquares.map { square in
        let range = range(of: square)
        return [
          "\(range.x.lowerBound)", "\(range.x.upperBound)", "\(range.y.lowerBound)",
          "\(range.y.upperBound)", String(square.count),
        ]
      })
  }

  private var curveCSV: CSVDownload {
    CSVDownload(
      "Curve as CSV", file: "\(subject) \(kind) curve", header: ["length", "score", "low", "high"],
      rows: curve.map {
        [
          "\($0.length)", "\($0.score)", ($0.interval?.lowerBound).csv,
          ($0.interval?.upperBound).csv,
        ]
      })
  }
}
