/// HelpSteer3 and HelpSteer2's preferences: two responses, and a number below zero where the first is
/// better.
import TareCore

enum HelpSteerPairs: RowLayout {
  static let key = "helpsteer-pairs"
  static let summary = "HelpSteer 2 and 3: two responses, and a preference from -3 to 3"
  static let columns = [
    LayoutColumn(.prompt, "context", "prompt"), LayoutColumn(.response, "response1", "response_1"),
    LayoutColumn(.response, "response2", "response_2"),
    LayoutColumn(.preference, "overall_preference", "preference_strength"),
  ]
  static let marks = ["overall_preference", "preference_strength"]
  static let example = #"""
    {"context":[{"role":"user","content":"2+2?"}],"response1":"4","response2":"5","overall_preference":-2}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let names = columns.compactMap(row.column)
    return try RowContent(row, names[1], names[2], row.signedVerdict(names[3]), columns: [])
  }
}
