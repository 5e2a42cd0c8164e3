/// HelpSteer and HelpSteer2: a response a row with five attributes, of which helpfulness is its label.
import TareCore

enum HelpSteerRows: RowLayout {
  static let key = "helpsteer"
  static let summary = "HelpSteer 1 and 2: prompt, response, helpfulness"
  static let columns = [
    LayoutColumn(.prompt, "prompt"), LayoutColumn(.response, "response"),
    LayoutColumn(.label, "helpfulness"),
  ]
  static let marks = ["helpfulness"]
  static let example = #"""
    {"prompt":"2+2?","response":"4","helpfulness":4,"correctness":4,"coherence":4,"complexity":1,"verbosity":1}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    var content = try ResponseRow.read(row)
    guard !TableLayout.labelNames.contains(where: row.has) else { return content }
    let cell = row.columns["helpfulness"] ?? .null
    guard let label = Label(cell) else {
      throw row.error("helpfulness", found: cell.text(), accepted: "a number")
    }
    content.extras = ["label": .double(label.value)]
    return content
  }
}
