/// Preference pairs as TRL, RewardBench and most data sets have them: texts or messages.
import TareCore

enum PreferenceRows: RowLayout {
  static let key = "pairs"
  static let summary = "prompt, chosen, rejected: texts or messages; lists for several of either"
  static let columns = [
    LayoutColumn(.chosen, "chosen", "chosen_response", "response_chosen"),
    LayoutColumn(.rejected, "rejected", "rejected_response", "response_rejected"),
    LayoutColumn(.prompt, "prompt", "instruction", "question", isNeeded: false),
  ]
  static let marks = ["chosen", "rejected"]
  static let example = #"{"prompt":"2+2?","chosen":"4","rejected":"5"}"#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let names = columns.compactMap(row.column)
    return try RowContent(row, [(names[0], .chosen), (names[1], .rejected)])
  }
}
