/// Estimates of one kind with their intervals as a table, each row with its interval drawn.
internal import TareInspection

struct EstimateTable {
  struct Row {
    let name: String
    let estimate: Estimate
  }

  let caption: String
  /// What the numbers are: "R²".
  let measure: String
  /// Rows under a title each; one group may have none.
  let groups: [(title: String?, rows: [Row])]
  let csvName: String
  let text: (Double) -> String

  private static let width = 190.0
  private static let edge = 14.0

  private var axis: Axis {
    let ends = groups.flatMap(\.rows).flatMap { [$0.estimate.low, $0.estimate.high] }
    return Axis(spanning: ends + [0], margin: 0.02)
  }

  @MarkupBuilder var markup: [Markup] {
    let axis = axis
    tag("div", ["class": "estimates"]) {
      wideFrame(caption) {
        tag("table", ["class": "accuracy"]) {
          tag("caption") { caption }
          tag("thead") { head(axis) }
          for group in groups where !group.rows.isEmpty {
            tag("tbody") {
              if let title = group.title {
                tag("tr", ["class": "group"]) {
                  tag("th", ["scope": "rowgroup", "colspan": "3"]) { title }
                }
              }
              for row in group.rows { line(row, axis) }
            }
          }
        }
      }
      tag("div", ["class": "tools"]) { csv.link }
    }
  }

  private func head(_ axis: Axis) -> Markup {
    tag("tr") {
      tag("td")
      tag("th", ["scope": "col"]) { measure }
      tag("th", ["scope": "col", "class": "bars"]) {
        tag("span", ["class": "unseen"]) { "95% intervals, as a plot" }
        tag("svg", Self.drawing(height: 16)) {
          for tick in axis.ticks(atMost: 5) {
            tag("text", ["x": x(tick.value, axis), "y": "12", "text-anchor": "middle"]) {
              tick.label
            }
          }
        }
      }
    }
  }

  private func line(_ row: Row, _ axis: Axis) -> Markup {
    let interval = row.estimate.interval
    return tag("tr") {
      tag("th", ["scope": "row"]) { row.name }
      tag("td") {
        text(row.estimate.value)
        tag("span", ["class": "interval"]) {
          "\(text(interval.lowerBound)) to \(text(interval.upperBound))"
        }
      }
      tag("td", ["class": "bars"]) {
        tag("svg", Self.drawing(height: 24)) {
          for tick in axis.ticks(atMost: 5) {
            rule(tick.value == 0 ? "zero" : "grid", axis, tick.value)
          }
          tag("g", ["class": "raw"]) {
            tag("title") {
              "\(row.name): \(text(row.estimate.value)) "
              "(\(text(interval.lowerBound)) to \(text(interval.upperBound)))"
            }
            tag(
              "line",
              [
                "class": "interval", "x1": x(interval.lowerBound, axis),
                "x2": x(interval.upperBound, axis), "y1": "12", "y2": "12",
              ])
            tag("circle", ["cx": x(row.estimate.value, axis), "cy": "12", "r": "4"])
          }
        }
      }
    }
  }

  private func rule(_ kind: String, _ axis: Axis, _ value: Double) -> Markup {
    let at = x(value, axis)
    return tag("line", ["class": kind, "x1": at, "x2": at, "y1": "0", "y2": "24"])
  }

  private func x(_ value: Double, _ axis: Axis) -> String {
    (Self.edge + axis.position(of: value) * (Self.width - 2 * Self.edge)).svg
  }

  /// Hidden from screen readers: the numbers stand in the same row.
  private static func drawing(height: Double) -> KeyValuePairs<String, String> {
    [
      "class": "interval-bars", "aria-hidden": "true", "width": width.svg, "height": height.svg,
      "viewBox": "0 0 \(width.svg) \(height.svg)",
    ]
  }

  private var csv: CSVDownload {
    CSVDownload(
      "CSV", file: csvName, header: ["group", "name", "value", "low", "high"],
      rows: groups.flatMap { group in
        group.rows.map { row in
          [
            group.title ?? "", row.name, "\(row.estimate.value)", "\(row.estimate.low)",
            "\(row.estimate.high)",
          ]
        }
      })
  }
}
