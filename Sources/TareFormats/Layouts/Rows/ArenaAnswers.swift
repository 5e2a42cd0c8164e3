/// A prompt with two answers and a winner: LMSYS's competition files, where prompt and answers are lists
/// of the turns, and its human preferences of one turn.
import TareCore

enum ArenaAnswers: RowLayout {
  static let key = "arena-answers"
  static let summary = "prompt, response_a, response_b, and winner or winner_model_a, winner_tie"
  static let columns = [
    LayoutColumn(.prompt, "prompt", "question"), LayoutColumn(.response, "response_a"),
    LayoutColumn(.response, "response_b"),
    LayoutColumn(.label, "winner", "winner_model_a", "preference", "label"),
  ]
  static let marks = ["response_a", "response_b", "winner_model_a"]
  static let example = #"""
    {"prompt":"2+2?","response_a":"4","response_b":"5","winner":"model_a"}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let verdict = try verdict(of: row)
    let named = ["winner_model_a", "winner_model_b", "winner_tie"].filter(row.has)
    let names = columns.compactMap(row.column)
    guard let prompts = row.turns(names[0]), let first = row.turns("response_a"),
      let second = row.turns("response_b")
    else { return try RowContent(row, "response_a", "response_b", verdict, columns: named) }
    let count = prompts.count
    guard first.count == count, second.count == count, count > 0 else {
      throw row.error(
        "response_a", found: "\(first.count) turns, and \(second.count) in 'response_b'",
        accepted: "\(count), as many as '\(names[0])' has")
    }
    let whole = [("response_a", first), ("response_b", second)].map { field, answers in
      let messages = zip(prompts, answers).flatMap { [Message.user($0), .assistant($1)] }
      return ResponseText(
        field: field, before: messages.dropLast(), turns: Array(messages.suffix(1)))
    }
    var content = try RowContent(
      row, whole.split, verdict.roles, columns: names + named)
    if verdict == .tie { content.extras["label"] = .double(Verdict.tieGrade) }
    return content
  }

  private static func verdict(of row: SourceRow) throws(TareError) -> Verdict {
    guard row.has("winner_model_a") else {
      return try row.verdict(columns.compactMap(row.column)[3])
    }
    let (a, b) = (row.columns["winner_model_a"] ?? .null, row.columns["winner_model_b"] ?? .null)
    guard let first = Label(a)?.value, let second = Label(b)?.value else {
      throw row.error(
        "winner_model_a", found: "\(a.text()) and \(b.text())", accepted: "1 or 0, in both columns")
    }
    return first > second ? .first : second > first ? .second : .tie
  }
}

extension SourceRow {
  /// A list of texts, in CSV as JSON; nil for anything else.
  fileprivate func turns(_ column: String) -> [String]? {
    guard let elements = columns[column]?.parsedIfText.array else { return nil }
    let texts = elements.map { $0 == .null ? "" : $0.string }.compactMap(\.self)
    return texts.count == elements.count ? texts : nil
  }
}
