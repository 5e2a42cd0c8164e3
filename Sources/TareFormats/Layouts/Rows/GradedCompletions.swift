/// UltraFeedback: an instruction, and completions that are objects with a response and grades.
import TareCore

enum GradedCompletions: RowLayout {
  static let key = "ultrafeedback"
  static let summary = "UltraFeedback: instruction, completions with response and overall_score"
  static let columns = [
    LayoutColumn(.prompt, "instruction", "prompt"), LayoutColumn(.responses, "completions"),
  ]
  static let marks = ["completions"]
  static let example = #"""
    {"instruction":"2+2?","completions":[{"model":"a","response":"4","overall_score":9},{"model":"b","response":"5","overall_score":1}]}
    """#

  /// The first of these that all have counts.
  private static let grades = ["overall_score", "fine-grained_score", "score", "rating", "label"]

  static func recognises(_ row: SourceRow) -> Bool {
    hasColumns(row)
      && (row.columns["completions"]?.parsedIfText.array?.first.map { $0["response"] != nil }
        ?? false)
  }

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let completions = row.columns["completions"]?.parsedIfText.array ?? []
    return try row.graded(
      "completions", completions, text: "response", grades: grades, named: ["model"])
  }
}

extension SourceRow {
  /// Responses that are objects, a text and grades among their members.
  ///
  /// - Parameters:
  ///   - grades: members that may hold a grade, more is better; the first that all have counts.
  ///   - named: members that are carried through, a list each.
  ///   - negated: whether less is better, as with ranks.
  func graded(
    _ column: String, _ elements: [JSONValue], text: String, grades: [String],
    named: [String] = [], negated: Bool = false
  ) throws(TareError) -> RowContent {
    guard !elements.isEmpty else {
      throw error(column, found: "an empty list", accepted: "at least one response")
    }
    var texts: [ResponseText] = []
    for (index, element) in elements.enumerated() {
      let field = "\(column)[\(index)].\(text)"
      texts.append(try response(element[text] ?? .null, field: field))
    }
    var content = try RowContent(
      self, try self.texts(of: texts), elements.map { _ in .response }, columns: [column])
    for grade in grades {
      let values = elements.compactMap { $0[grade].flatMap { Label($0)?.value } }
      guard values.count == elements.count else { continue }
      content.grades = negated ? values.map { -$0 } : values
      break
    }
    for name in named where elements.contains(where: { $0[name] != nil }) {
      content.extras["\(name)s"] = .array(elements.map { $0[name] ?? .null })
    }
    return content
  }
}
