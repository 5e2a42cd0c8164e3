/// ProcessBench: `label` is the first wrong step, counted from 0, or -1; it is carried through.
import TareCore

enum ProcessBenchRows: RowLayout {
  static let key = "processbench"
  static let summary = "ProcessBench: problem, steps, label (the first wrong step, or -1)"
  static let columns = [
    LayoutColumn(.prompt, "problem"), LayoutColumn(.response, "steps"),
    LayoutColumn(.label, "label"),
  ]
  static let example = #"""
    {"id":"gsm8k-1","problem":"2+2?","steps":["Add two and two.","That is 4."],"label":-1}
    """#

  /// Its ids begin with the data set's name.
  private static let parts = ["gsm8k", "math", "olympiadbench", "omnimath"]

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let steps = try row.steps("steps")
    let label = row.columns["label"] ?? .null
    guard let first = label.int ?? label.string.flatMap({ Int($0) }),
      (-1..<steps.count).contains(first)
    else {
      throw row.error(
        "label", found: label.text(),
        accepted: "the first wrong step from 0 to \(steps.count - 1), or -1")
    }
    var content = try RowContent(
      row,
      RowTexts(prompt: [.user(try row.string("problem"))], turns: [[.assistant(steps: steps)]]),
      [.response], columns: ["problem", "steps"])
    content.subset = row.columns["id"]?.string.flatMap { id in
      parts.first { id.hasPrefix("\($0)-") }
    }
    return content
  }
}
