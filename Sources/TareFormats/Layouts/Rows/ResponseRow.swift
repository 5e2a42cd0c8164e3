/// A prompt and one response.
import TareCore

enum ResponseRow: RowLayout {
  static let key = "response"
  static let summary = "prompt, response"
  static let columns = [LayoutColumn(.prompt, "prompt"), LayoutColumn(.response, "response")]
  static let marks = ["response"]
  static let plainResponse: String? = "response"
  static let example = #"{"prompt":"2+2?","response":"4"}"#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    try RowContent(row, [("response", .response)])
  }
}
