/// A prompt with several responses, and where they are there a label for each.
import TareCore

enum CandidateRows: RowLayout {
  static let key = "candidates"
  static let summary = "prompt, responses: a list, optionally with a list of right or wrong labels"
  static let columns = [
    LayoutColumn(.prompt, "prompt", "instruction", "question"),
    LayoutColumn(.responses, "responses"),
    LayoutColumn(.label, "labels", isNeeded: false),
  ]
  static let marks = ["responses"]
  static let example = #"{"prompt":"2+2?","responses":["4","5","6"],"labels":[1,0,0]}"#

  static func recognises(_ row: SourceRow) -> Bool {
    hasColumns(row) && !GradedResponses.hasOwnGrades(row)
  }

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    var content = try RowContent(row, [("responses", .response)])
    try content.takeLabels(of: row)
    return content
  }
}

extension RowContent {
  /// `labels`, one for each response, tell right from wrong ones, as words or as 1 and 0; a list of
  /// grades is carried through.
  mutating func takeLabels(of row: SourceRow) throws(TareError) {
    guard let cells = row.has("labels") ? try row.value("labels").array : nil else { return }
    var labels: [Label] = []
    for (index, cell) in cells.enumerated() {
      guard let label = Label(cell) else {
        throw row.error("labels[\(index)]", found: cell.text(), accepted: Label.accepted)
      }
      labels.append(label)
    }
    guard labels.allSatisfy({ $0.value == 0 || $0.value == 1 }) else { return }
    let roles = labels.map { $0.value == 1 ? Role.chosen : .rejected }
    guard roles.count == responses.count else {
      throw row.error(
        "labels", found: "\(roles.count) values", accepted: "\(responses.count), one per response")
    }
    for (index, role) in roles.enumerated() { responses[index].role = role }
    columns.append("labels")
  }
}
