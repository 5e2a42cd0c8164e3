/// JudgeBench's pairs (ScalerLab/JudgeBench, data/).
import TareCore

enum JudgeBenchRows: RowLayout {
  static let key = "judgebench"
  static let summary = "JudgeBench: question, response_A, response_B, label"
  static let columns = [
    LayoutColumn(.prompt, "question"), LayoutColumn(.response, "response_A"),
    LayoutColumn(.response, "response_B"), LayoutColumn(.label, "label"),
  ]
  static let marks = ["response_A", "response_B"]
  static let example = #"""
    {"pair_id":"7","source":"mmlu-pro-math","question":"2+2?","response_A":"4","response_B":"5","label":"A>B"}
    """#

  /// Response A stays first, since JudgeBench decides ties by the order. `source` is the subset; it
  /// and `label` are carried through, for JudgeBench's own score files.
  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let isABetter = try row.isABetter()
    let prompt = try row.prompt(ofText: "question")
    let turns = try ["response_A", "response_B"].map { (column) throws(TareError) in
      [Message.assistant(try row.string(column))]
    }
    var content = try RowContent(
      row, RowTexts(prompt: prompt.whole, turns: turns, columns: prompt.columns),
      isABetter ? [.chosen, .rejected] : [.rejected, .chosen],
      columns: ["response_A", "response_B"])
    content.subset = try row.name("source")
    return content
  }
}
