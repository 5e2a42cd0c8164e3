/// Small drawings of accuracies and their intervals, all on one axis.
internal import TareEvaluation

struct IntervalBars {
  private let shared: Axis
  private static let width = 190.0
  private static let edge = 12.0

  /// The axis spans all the intervals, out to full tens of per cent.
  init(_ accuracies: [Accuracy]) {
    let low = accuracies.map(\.interval.lowerBound).min() ?? 0
    let high = accuracies.map(\.interval.upperBound).max() ?? 1
    // Rounding must not add a ten where an interval ends on one.
    let ends = [(low * 10 + 1e-9).rounded(.down) / 10, (high * 10 - 1e-9).rounded(.up) / 10]
    shared = Axis(spanning: ends)
  }

  private func x(_ value: Double) -> String {
    (IntervalBars.edge + shared.position(of: value) * (IntervalBars.width - 2 * IntervalBars.edge))
      .svg
  }

  private var ticks: [Axis.Tick] { shared.ticks(atMost: 6) }

  /// The labels above the drawings.
  var axis: Markup {
    tag("svg", frame(height: 16)) {
      for tick in ticks {
        tag("text", ["x": x(tick.value), "y": "12", "text-anchor": "middle"]) {
          (100 * tick.value).fixed(0)
        }
      }
    }
  }

  /// Raw above calibrated; a circle and a diamond, so that they differ without colour too.
  func drawing(raw: Accuracy?, calibrated: Accuracy?) -> Markup {
    let height = calibrated == nil ? 24.0 : 34
    return tag("svg", frame(height: height)) {
      for tick in ticks {
        tag(
          "line",
          ["class": "grid", "x1": x(tick.value), "x2": x(tick.value), "y1": "0", "y2": height.svg])
      }
      if let raw {
        mark(raw, "raw", y: calibrated == nil ? 12 : 11)
      }
      if let calibrated {
        mark(calibrated, "calibrated", y: 23)
      }
    }
  }

  private func mark(_ accuracy: Accuracy, _ kind: String, y: Double) -> Markup {
    tag("g", ["class": kind]) {
      tag("title") {
        "\(kind): \(accuracy.value.percent) (\(accuracy.interval.percent)), "
        accuracy.n.counted("pair")
      }
      tag(
        "line",
        [
          "class": "interval", "x1": x(accuracy.interval.lowerBound),
          "x2": x(accuracy.interval.upperBound), "y1": y.svg, "y2": y.svg,
        ])
      if kind == "raw" {
        tag("circle", ["cx": x(accuracy.value), "cy": y.svg, "r": "4"])
      } else {
        tag("path", ["d": "M\(x(accuracy.value)) \((y - 5).svg)l5 5-5 5-5-5z"])
      }
    }
  }

  /// Hidden from screen readers: the numbers stand in the same row.
  private func frame(height: Double) -> KeyValuePairs<String, String> {
    [
      "class": "interval-bars", "aria-hidden": "true", "width": IntervalBars.width.svg,
      "height": height.svg, "viewBox": "0 0 \(IntervalBars.width.svg) \(height.svg)",
    ]
  }
}
