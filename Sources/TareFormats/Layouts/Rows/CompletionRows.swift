/// A prompt and a list of completions; a completion may be a text or messages.
import TareCore

enum CompletionRows: RowLayout {
  static let key = "completions"
  static let summary = "prompt, completions: a list of texts or of messages"
  static let columns = [
    LayoutColumn(.prompt, "prompt", "instruction", "question"),
    LayoutColumn(.responses, "completions"),
  ]
  static let example = #"{"prompt":"2+2?","completions":["4","5"]}"#

  static func recognises(_ row: SourceRow) -> Bool {
    hasColumns(row) && !GradedCompletions.recognises(row)
  }

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    var content = try RowContent(row, [("completions", .response)])
    try content.takeLabels(of: row)
    return content
  }
}
