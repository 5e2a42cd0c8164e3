/// Accuracies by two names as a table whose cells are shaded: RM-Bench's styles, above all.
internal import TareEvaluation

struct AccuracyGrid {
  let run: String
  let grid: Grid<Accuracy>

  @MarkupBuilder var markup: [Markup] {
    let caption = "\(grid.title) of \(run), in per cent"
    wideFrame(caption) {
      tag("table", ["class": "heat"]) {
        tag("caption") { caption }
        tag("thead") {
          tag("tr") {
            tag("td")
            for column in grid.columns { tag("th", ["scope": "col"]) { column } }
          }
        }
        tag("tbody") {
          for (name, cells) in zip(grid.rows, grid.cells) {
            tag("tr") {
              tag("th", ["scope": "row"]) { name }
              for cell in cells {
                // Tenths, from a half or less to all.
                let shade = Int((min(max(cell.value - 0.5, 0) * 2, 1) * 9).rounded())
                tag("td", ["class": "h\(shade)"]) {
                  cell.value.percent
                  tag("span", ["class": "interval"]) { cell.interval.percent }
                }
              }
            }
          }
        }
      }
    }
    tag("div", ["class": "tools"]) {
      CSVDownload(
        "CSV", file: "\(run) \(grid.title)",
        header: ["row", "column"] + Accuracy.csvHeader("accuracy"),
        rows: zip(grid.rows, grid.cells).flatMap { name, cells in
          zip(grid.columns, cells).map { [name, $0] + $1.csv }
        }
      ).link
    }
  }
}
