/// The experts that a subset uses far more than other texts do, each with both shares drawn.
internal import TareInspection

struct ParticularTable {
  let inspection: RoutingInspection

  private static let width = 150.0
  private static let edge = 8.0
  /// More rows than these get a filter.
  private static let mostUnfiltered = 12
  /// With more rows than these only the first of each subset are shown.
  private static let mostShown = 30

  private typealias Row = (subset: String, expert: RoutingInspection.Particular)

  private func rows(ofSubset count: Int) -> [Row] {
    inspection.subsets.flatMap { subset in
      subset.particular.prefix(count).map { (subset.name, $0) }
    }
  }

  private var all: [Row] { rows(ofSubset: .max) }

  private var rows: [Row] {
    all.count <= Self.mostShown
      ? all : rows(ofSubset: max(Self.mostShown / inspection.subsets.count, 1))
  }

  private var caption: String {
    let rest = rows.count < all.count ? "; the CSV has more of each" : ""
    return "Experts specific to a subset: percentage of its tokens\(rest)"
  }

  @MarkupBuilder var markup: [Markup] {
    let rows = rows
    if !rows.isEmpty {
      if rows.count > Self.mostUnfiltered {
        tag("form", ["class": "filters", "aria-label": "Filter: \(caption)"]) {
          tag("label") {
            "Rows "
            tag("input", ["type": "search", "name": "row", "placeholder": "subset name"])
          }
          tag("output", ["aria-live": "polite"])
        }
      }
      wideFrame(caption) {
        tag("table", ["class": "accuracy particular"]) {
          tag("caption") { caption }
          tag("thead") {
            tag("tr") {
              for title in ["Subset", "Layer", "Expert", "Here", "Elsewhere", "Times"] {
                tag("th", ["scope": "col"]) { title }
              }
              tag("th", ["scope": "col", "class": "bars"]) {
                tag("span", ["class": "unseen"]) { "Both percentages, as a plot" }
              }
            }
          }
          tag("tbody") {
            for row in rows { line(row.subset, row.expert) }
          }
        }
      }
      tag("div", ["class": "tools"]) { csv.link }
    }
  }

  private func line(_ subset: String, _ expert: RoutingInspection.Particular) -> Markup {
    tag("tr", ["data-row": subset]) {
      tag("th", ["scope": "row"]) { subset }
      for cell in [
        String(expert.layer), String(expert.expert), expert.share.percent,
        expert.elsewhere.percent, expert.timesText,
      ] { tag("td") { cell } }
      tag("td", ["class": "bars"]) { drawing(expert) }
    }
  }

  /// A ring for other texts, a dot for the subset.
  private func drawing(_ expert: RoutingInspection.Particular) -> Markup {
    let axis = Axis(spanning: [0] + rows.flatMap { [$0.expert.share, $0.expert.elsewhere] })
    func x(_ value: Double) -> String {
      (Self.edge + axis.position(of: value) * (Self.width - 2 * Self.edge)).svg
    }
    return tag(
      "svg",
      [
        "class": "interval-bars dumbbell", "aria-hidden": "true", "width": Self.width.svg,
        "height": "18",
      ]
    ) {
      tag("line", ["class": "grid", "x1": x(0), "x2": x(0), "y1": "0", "y2": "18"])
      tag("g") {
        tag("title") { "\(expert.share.percent)% here, \(expert.elsewhere.percent)% elsewhere" }
        tag(
          "line",
          [
            "class": "gap", "x1": x(expert.elsewhere), "x2": x(expert.share), "y1": "9", "y2": "9",
          ])
        tag("circle", ["class": "elsewhere", "cx": x(expert.elsewhere), "cy": "9", "r": "3.5"])
        tag("circle", ["class": "here", "cx": x(expert.share), "cy": "9", "r": "4.5"])
      }
    }
  }

  private var csv: CSVDownload {
    CSVDownload(
      "CSV", file: "\(inspection.model) specific experts",
      header: ["subset", "layer", "expert", "share", "share_elsewhere"],
      rows: all.map { row in
        [
          row.subset, String(row.expert.layer), String(row.expert.expert), "\(row.expert.share)",
          "\(row.expert.elsewhere)",
        ]
      })
  }
}
