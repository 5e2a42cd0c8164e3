/// LLMBar and OffsetBias (`label` 1 or 2), and AlpacaEval's annotations (`preference` from 1 to 2).
import TareCore

enum LLMBarPairs: RowLayout {
  static let key = "llmbar"
  static let summary = "LLMBar, OffsetBias, AlpacaEval: output_1, output_2, label or preference"
  static let columns = [
    LayoutColumn(.prompt, "instruction", "input", "prompt"), LayoutColumn(.response, "output_1"),
    LayoutColumn(.response, "output_2"), LayoutColumn(.label, "label", "preference"),
  ]
  static let marks = ["output_1", "output_2"]
  static let example = #"{"input":"2+2?","output_1":"4","output_2":"5","label":1}"#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let verdict: Verdict
    if row.has("label") {
      verdict = try row.verdict("label", numbers: (1, 2))
    } else {
      let cell = row.columns["preference"] ?? .null
      guard let number = cell.double ?? cell.string.flatMap(DecimalText.number),
        number == 0 || (1...2).contains(number)
      else {
        throw row.error(
          "preference", found: cell.text(), accepted: "a number from 1 to 2, or 0 for neither")
      }
      verdict = Verdict(sign: number == 0 ? 0 : number - 1.5)
    }
    var content = try RowContent(row, "output_1", "output_2", verdict, columns: [])
    // A label of 1 and 2 is of the pair, not of its responses.
    if row.has("label") { content.columns.append("label") }
    return content
  }
}
