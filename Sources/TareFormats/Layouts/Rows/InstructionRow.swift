/// Alpaca's instruction, input and output, and AlpacaEval's outputs.
import TareCore

enum InstructionRow: RowLayout {
  static let key = "alpaca"
  static let summary = "Alpaca: instruction, output, optionally input and history"
  static let columns = [
    LayoutColumn(.prompt, "instruction"), LayoutColumn(.response, "output"),
    LayoutColumn(.prompt, "input", isNeeded: false),
  ]
  static let marks = ["output"]
  static let example = #"""
    {"instruction":"Translate to French.","input":"good morning","output":"bonjour"}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let prompt = try row.prompt(ofText: "instruction")
    let turns: [[Message]] = [[.assistant(try row.string("output"))]]
    return try RowContent(
      row, RowTexts(prompt: prompt.whole, turns: turns, columns: prompt.columns), [.response],
      columns: ["output"])
  }
}
