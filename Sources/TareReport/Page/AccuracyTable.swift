/// Accuracies with their intervals as a table, each row with a drawing of its intervals.
internal import TareEvaluation

struct AccuracyTable {
  let caption: String
  let groups: [AccuracyRow.Group]
  let hasCalibrated: Bool

  var markup: Markup {
    let rows = groups.flatMap(\.rows)
    let hasTies = rows.contains(where: \.hasTies)
    let bars = IntervalBars(rows.flatMap { [$0.raw, $0.calibrated].compactMap { $0 } })
    let columns = 4 + (hasCalibrated ? 2 : 0) + (hasTies ? 1 : 0)
    // Wide tables scroll in their own frame, which the keyboard reaches.
    return tag("div", ["class": "wide", "role": "region", "aria-label": caption, "tabindex": "0"]) {
      tag("table", ["class": "accuracy"]) {
        tag("caption") { caption }
        tag("thead") { head(bars, hasTies: hasTies) }
        for group in groups {
          tag("tbody") {
            if let title = group.title {
              tag("tr", ["class": "group"]) {
                tag("th", ["scope": "rowgroup", "colspan": String(columns)]) { title }
              }
            }
            for row in group.rows { line(row, bars, hasTies: hasTies) }
          }
        }
      }
    }
  }

  private func head(_ bars: IntervalBars, hasTies: Bool) -> Markup {
    tag("tr") {
      tag("td")
      column("Pairs")
      column(hasCalibrated ? "Raw" : "Accuracy", "raw")
      if hasCalibrated {
        column("Calibrated", "calibrated")
        column("Change")
      }
      if hasTies { column("Ties") }
      tag("th", ["scope": "col", "class": "bars"]) {
        tag("span", ["class": "unseen"]) { "95% intervals, drawn" }
        bars.axis
      }
    }
  }

  private func column(_ title: String, _ kind: String? = nil) -> Markup {
    tag("th", ["scope": "col"]) {
      if let kind { tag("span", ["class": "key \(kind)", "aria-hidden": "true"]) }
      title
    }
  }

  private func line(_ row: AccuracyRow, _ bars: IntervalBars, hasTies: Bool) -> Markup {
    tag("tr", row.isTotal ? ["class": "total"] : [:]) {
      tag("th", ["scope": "row"]) { row.name }
      tag("td") { row.n.text }
      cell(row.raw?.value.percent, row.raw?.interval.percent)
      if hasCalibrated {
        cell(row.calibrated?.value.percent, row.calibrated?.interval.percent)
        cell(row.change?.signedPercent, row.changeInterval?.signedPercent, kind: "change")
      }
      if hasTies {
        tag("td") { row.ties }
      }
      tag("td", ["class": "bars"]) { bars.drawing(raw: row.raw, calibrated: row.calibrated) }
    }
  }

  private func cell(_ value: String?, _ interval: String?, kind: String? = nil) -> Markup {
    tag("td", kind.map { ["class": $0] } ?? [:]) {
      value ?? "–"
      if let interval {
        tag("span", ["class": "interval"]) { interval }
      }
    }
  }
}
