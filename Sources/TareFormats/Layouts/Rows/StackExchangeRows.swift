/// Stack Exchange's preferences: a question and answers, with a grade each.
import TareCore

enum StackExchangeRows: RowLayout {
  static let key = "stack-exchange"
  static let summary = "question, answers with text and pm_score"
  static let columns = [
    LayoutColumn(.prompt, "question"), LayoutColumn(.responses, "answers"),
  ]
  static let example = #"""
    {"question":"2+2?","answers":[{"text":"4","pm_score":3},{"text":"5","pm_score":0}]}
    """#

  static func recognises(_ row: SourceRow) -> Bool {
    hasColumns(row) && row.columns["answers"]?.parsedIfText.array?.first?["text"]?.string != nil
  }

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    try row.graded(
      "answers", row.columns["answers"]?.parsedIfText.array ?? [], text: "text",
      grades: ["pm_score", "score", "label"])
  }
}
