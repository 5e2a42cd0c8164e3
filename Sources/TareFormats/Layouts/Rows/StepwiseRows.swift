/// TRL's stepwise supervision: a response as a list of steps; `labels` say of each whether it is right.
import TareCore

enum StepwiseRows: RowLayout {
  static let key = "stepwise"
  static let summary = "TRL's stepwise supervision: prompt, completions (the steps), labels"
  static let columns = [
    LayoutColumn(.prompt, "prompt"), LayoutColumn(.response, "completions"),
    LayoutColumn(.label, "labels"),
  ]
  static let example = #"""
    {"prompt":"2+2?","completions":["Add two and two.","That is 4."],"labels":[true,true]}
    """#

  /// A score for each is one of candidates.
  static func recognises(_ row: SourceRow) -> Bool {
    guard let scores = row.columns["scores"]?.parsedIfText.array else { return hasColumns(row) }
    return hasColumns(row) && scores.count != row.columns["completions"]?.parsedIfText.array?.count
  }

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let steps = try row.steps("completions")
    let labels = try row.value("labels").array ?? []
    var rights: [Bool] = []
    for (index, cell) in labels.enumerated() {
      guard let label = Label(cell), label.value == 0 || label.value == 1 else {
        throw row.error(
          "labels[\(index)]", found: cell.text(), accepted: "true or false, or 1 or 0")
      }
      rights.append(label.value == 1)
    }
    guard rights.count == steps.count else {
      throw row.error(
        "labels", found: "\(rights.count) values", accepted: "\(steps.count), one per step")
    }
    let prompt = try row.value("prompt")
    let messages =
      if let text = prompt.string { [Message.user(text)] } else {
        try row.messages(prompt, field: "prompt")
      }
    var content = try RowContent(
      row, RowTexts(prompt: messages, turns: [[.assistant(steps: steps)]]), [.response],
      columns: ["prompt", "completions", "labels"])
    content.extras = ["label": .int(rights.firstIndex(of: false) ?? -1)]
    return content
  }
}
