/// TRL's prompt and completion, and with a label its unpaired preferences (KTO).
import TareCore

enum CompletionRow: RowLayout {
  static let key = "completion"
  static let summary = "TRL's prompt and completion; with a label, its unpaired preferences"
  static let columns = [
    LayoutColumn(.prompt, "prompt"), LayoutColumn(.response, "completion"),
    LayoutColumn(.label, "label", isNeeded: false),
  ]
  static let marks = ["completion"]
  static let plainResponse: String? = "completion"
  static let example = #"{"prompt":"2+2?","completion":"4","label":true}"#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    try RowContent(row, [("completion", .response)])
  }
}
