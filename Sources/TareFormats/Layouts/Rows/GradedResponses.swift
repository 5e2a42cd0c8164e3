/// Distilabel's rows: responses or generations, and a list of ratings beside them.
import TareCore

enum GradedResponses: RowLayout {
  static let key = "ratings"
  static let summary = "instruction or prompt, generations or responses, and a list of ratings"
  static let columns = [
    LayoutColumn(.prompt, "instruction", "prompt", "input"),
    LayoutColumn(.responses, "generations", "responses"),
    LayoutColumn(.label, "ratings", "rating"),
  ]
  static let marks = ["generations"]
  static let example = #"{"instruction":"2+2?","generations":["4","5"],"ratings":[5,1]}"#

  static func recognises(_ row: SourceRow) -> Bool {
    hasOwnGrades(row) || (hasColumns(row) && row.has("generations"))
  }

  /// Whether a list of ratings stands beside the responses.
  static func hasOwnGrades(_ row: SourceRow) -> Bool {
    hasColumns(row)
      && ["ratings", "rating"].contains { row.columns[$0]?.parsedIfText.array != nil }
  }

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let column = row.has("generations") ? "generations" : "responses"
    let rating = row.has("ratings") ? "ratings" : "rating"
    var content = try RowContent(row, [(column, .response)])
    let cells = row.columns[rating]?.parsedIfText.elements ?? []
    guard cells.count == content.responses.count else {
      throw row.error(
        rating, found: "\(cells.count) values",
        accepted: "\(content.responses.count), one per response")
    }
    let grades = cells.compactMap { Label($0)?.value }
    // A judge that failed leaves null: the responses are there, and the grades are not.
    if grades.count == cells.count { content.grades = grades }
    return content
  }
}
