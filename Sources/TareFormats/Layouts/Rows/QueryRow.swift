/// ms-swift's older rows: query and response, with the worse response beside it where it is a pair.
import TareCore

enum QueryRow: RowLayout {
  static let key = "query"
  static let summary = "query, response, and for a pair rejected_response"
  static let columns = [
    LayoutColumn(.prompt, "query", "question"), LayoutColumn(.response, "response", "answer"),
    LayoutColumn(.rejected, "rejected_response", isNeeded: false),
  ]
  static let example = #"{"query":"2+2?","response":"4","rejected_response":"5"}"#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let column = row.column(columns[1]) ?? "response"
    guard row.has("rejected_response") else { return try RowContent(row, [(column, .response)]) }
    return try RowContent(row, [(column, .chosen), ("rejected_response", .rejected)])
  }
}
