/// A plot with its caption, its key, and its numbers as a table and as files.

struct Figure {
  struct Key {
    /// What is drawn: a class of the style sheet.
    let swatch: String
    let name: String

    init(_ swatch: String, _ name: String) {
      self.swatch = swatch
      self.name = name
    }

    static let raw = Key("raw", "raw")
    static let calibrated = Key("calibrated", "calibrated")
  }

  let title: String
  /// Whose numbers they are.
  let subject: String
  /// The picture in words.
  let description: String
  /// The class of its colours: "raw", "calibrated" or "both".
  var kind = "both"
  var keys: [Key] = []
  var numbers: NumbersTable?
  var downloads: [CSVDownload] = []

  func markup(@MarkupBuilder _ drawing: () -> [Markup]) -> Markup {
    tag("figure", ["class": kind]) {
      tag("figcaption") { title }
      tag(
        "svg",
        [
          "class": "plot", "role": "img",
          "viewBox": "0 0 \(PlotFrame.width.svg) \(PlotFrame.height.svg)",
        ]
      ) {
        tag("title") { "\(title), \(subject)" }
        tag("desc") { description }
        drawing()
      }
      if !keys.isEmpty {
        tag("p", ["class": "legend"]) {
          for key in keys {
            tag("span", ["class": "item"]) {
              tag("span", ["class": "swatch \(key.swatch)", "aria-hidden": "true"])
              key.name
            }
          }
        }
      }
      if numbers != nil || !downloads.isEmpty {
        tag("div", ["class": "tools"]) {
          for download in downloads { download.link }
          if let numbers { numbers.markup }
        }
      }
    }
  }
}
