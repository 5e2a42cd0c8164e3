/// Accuracies with their intervals as a table, each row with a drawing of its intervals.
internal import TareEvaluation

struct AccuracyTable {
  let caption: String
  let groups: [AccuracyRow.Group]
  let hasCalibrated: Bool
  /// Of the file that holds the table.
  let csvName: String

  /// More rows than these get a filter.
  private static let mostUnfiltered = 12

  @MarkupBuilder var markup: [Markup] {
    if groups.reduce(0, { $0 + $1.rows.count }) > Self.mostUnfiltered {
      tag("form", ["class": "filters", "aria-label": "Filter: \(caption)"]) {
        tag("label") {
          "Rows "
          tag("input", ["type": "search", "name": "row", "placeholder": "subset name"])
        }
        tag("output", ["aria-live": "polite"])
      }
    }
    table
    tag("div", ["class": "tools"]) { csv.link }
  }

  private var table: Markup {
    let rows = groups.flatMap(\.rows)
    let hasTies = rows.contains(where: \.hasTies)
    let bars = IntervalBars(rows.flatMap { [$0.raw, $0.calibrated].compactMap { $0 } })
    let columns = 4 + (hasCalibrated ? 2 : 0) + (hasTies ? 1 : 0)
    return wideFrame(caption) {
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

  private var csv: CSVDownload {
    CSVDownload(
      "CSV", file: csvName,
      header: ["group", "name", "n"] + Accuracy.csvHeader("raw")
        + (hasCalibrated
          ? Accuracy.csvHeader("calibrated") + ["change", "change_low", "change_high", "p", "q"]
          : []),
      rows: groups.flatMap { group in
        group.rows.map { row in
          let none = ["", "", ""]
          let change = row.difference.map { difference in
            ["\(difference.interval.lowerBound)", "\(difference.interval.upperBound)"]
              + [difference.isTested ? "\(difference.p)" : ""]
          }
          return [group.title ?? "", row.name, String(row.n)] + (row.raw?.csv ?? none)
            + (hasCalibrated
              ? (row.calibrated?.csv ?? none) + [row.change.csv]
                + (change ?? none) + [
                  (row.difference?.isTested == true ? row.difference?.q : nil).csv
                ]
              : [])
        }
      })
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
        tag("span", ["class": "unseen"]) { "95% intervals, as a plot" }
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
    tag("tr", row.isTotal ? ["class": "total"] : ["data-row": row.name]) {
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
