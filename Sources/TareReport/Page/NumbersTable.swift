/// The numbers behind a small plot, folded away under it: for screen readers, for paper and pencil.

struct NumbersTable {
  let caption: String
  let header: [String]
  /// The first cell names the row.
  let rows: [[String]]
  var isOpen = false
  var title = "Numbers"

  var markup: Markup {
    tag(
      "details", isOpen ? ["class": "numbers-table", "open": "open"] : ["class": "numbers-table"]
    ) {
      tag("summary") { title }
      wideFrame(caption) {
        tag("table", ["class": "plain"]) {
          tag("caption", ["class": "unseen"]) { caption }
          tag("thead") {
            tag("tr") {
              for title in header { tag("th", ["scope": "col"]) { title } }
            }
          }
          tag("tbody") {
            for row in rows {
              tag("tr") {
                for (place, cell) in row.enumerated() {
                  if place == 0 {
                    tag("th", ["scope": "row"]) { cell }
                  } else {
                    tag("td") { cell }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
