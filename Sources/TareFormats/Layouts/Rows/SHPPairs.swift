/// Stanford Human Preferences: two comments on a post; `labels` is 1 where A has more votes.
import TareCore

enum SHPPairs: RowLayout {
  static let key = "shp"
  static let summary = "Stanford Human Preferences: history, human_ref_A, human_ref_B, labels"
  static let columns = [
    LayoutColumn(.prompt, "history"), LayoutColumn(.response, "human_ref_A"),
    LayoutColumn(.response, "human_ref_B"), LayoutColumn(.preference, "labels"),
  ]
  static let marks = ["human_ref_A"]
  static let example = #"{"history":"2+2?","human_ref_A":"4","human_ref_B":"5","labels":1}"#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let roles = try row.verdict("labels", numbers: (1, 0)).roles
    let turns = try ["human_ref_A", "human_ref_B"].map { (column) throws(TareError) in
      [Message.assistant(try row.string(column))]
    }
    return try RowContent(
      row, RowTexts(prompt: [.user(try row.string("history"))], turns: turns), roles,
      columns: columns.flatMap(\.names))
  }
}
