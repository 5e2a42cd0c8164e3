/// WebGPT's comparisons: two answers with a score each, of which one is the other's negative.
import TareCore

enum WebGPTPairs: RowLayout {
  static let key = "webgpt"
  static let summary = "WebGPT's comparisons: question, answer_0, answer_1, score_0, score_1"
  static let columns = [
    LayoutColumn(.prompt, "question"), LayoutColumn(.response, "answer_0"),
    LayoutColumn(.response, "answer_1"), LayoutColumn(.label, "score_0"),
    LayoutColumn(.label, "score_1"),
  ]
  static let marks = ["answer_0"]
  static let example = #"""
    {"question":{"full_text":"2+2?"},"answer_0":"4","answer_1":"5","score_0":0.5,"score_1":-0.5}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let question = row.columns["question"]?.parsedIfText ?? .null
    guard let prompt = question["full_text"]?.string ?? question.string else {
      throw row.error(
        "question", found: question.kindName, accepted: "a text, or an object with 'full_text'")
    }
    let scores = try ["score_0", "score_1"].map { (column) throws(TareError) in
      let cell = row.columns[column] ?? .null
      guard let label = Label(cell) else {
        throw row.error(column, found: cell.text(), accepted: "a number")
      }
      return label.value
    }
    let verdict = Verdict(sign: scores[1] - scores[0])
    let turns = try ["answer_0", "answer_1"].map { (column) throws(TareError) in
      [Message.assistant(try row.string(column))]
    }
    var content = try RowContent(
      row, RowTexts(prompt: [.user(prompt)], turns: turns), verdict.roles,
      columns: ["question", "answer_0", "answer_1"])
    if verdict == .tie { content.extras["label"] = .double(Verdict.tieGrade) }
    return content
  }
}
