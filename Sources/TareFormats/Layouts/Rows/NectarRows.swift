/// Nectar: a prompt and answers with a rank each, of which 1 is the best.
import TareCore

enum NectarRows: RowLayout {
  static let key = "nectar"
  static let summary = "Nectar: prompt, answers with answer and rank (1 is best)"
  static let columns = [LayoutColumn(.prompt, "prompt"), LayoutColumn(.responses, "answers")]
  static let example = #"""
    {"prompt":"\n\nHuman: 2+2?\n\nAssistant: ","answers":[{"answer":"4","model":"a","rank":1},{"answer":"5","model":"b","rank":2}]}
    """#

  static func recognises(_ row: SourceRow) -> Bool {
    hasColumns(row)
      && row.columns["answers"]?.parsedIfText.array?.first?["answer"]?.string != nil
  }

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    try row.graded(
      "answers", row.columns["answers"]?.parsedIfText.array ?? [], text: "answer",
      grades: ["rank"], named: ["model"], negated: true)
  }
}
