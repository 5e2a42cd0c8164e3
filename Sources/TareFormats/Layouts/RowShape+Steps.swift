/// Rows whose response is a list of steps: for process reward models.
package import TareCore

extension Message {
  /// The member with a response's steps, until they are joined for the model that reads them.
  package static let stepsMember = "tare.steps"

  fileprivate static func assistant(steps: [String]) -> Message {
    var message = Message.assistant(steps.joined(separator: "\n\n"))
    message[stepsMember] = .array(steps.map { .string($0) })
    return message
  }
}

extension RowShape {
  /// TRL's stepwise supervision: `labels` say of each step whether it is right.
  static let stepwise = RowShape(
    needs: ["prompt", "completions", "labels"], marks: [], read: stepwiseContent)

  /// ProcessBench: `label` is the first wrong step, counted from 0, or -1; it is carried through.
  static let processBench = RowShape(
    needs: ["problem", "steps", "label"], marks: [], read: processBenchContent)
}

private func stepwiseContent(_ row: SourceRow) throws(TareError) -> RowContent {
  let steps = try row.steps("completions")
  let labels = try row.value("labels").array ?? []
  var rights: [Bool] = []
  for (index, label) in labels.enumerated() {
    switch label {
    case .bool(let isRight): rights.append(isRight)
    case 1: rights.append(true)
    case 0: rights.append(false)
    default:
      throw row.error(
        "labels[\(index)]", found: label.text(), accepted: "true or false, or 1 or 0")
    }
  }
  guard rights.count == steps.count else {
    throw row.error(
      "labels", found: "\(rights.count) values", accepted: "\(steps.count), one for each step")
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

private func processBenchContent(_ row: SourceRow) throws(TareError) -> RowContent {
  let steps = try row.steps("steps")
  let label = row.columns["label"] ?? .null
  guard let first = label.int ?? label.string.flatMap({ Int($0) }),
    (-1..<steps.count).contains(first)
  else {
    throw row.error(
      "label", found: label.text(),
      accepted: "the first wrong step from 0 to \(steps.count - 1), or -1")
  }
  // Its ids begin with the data set's name.
  let parts = ["gsm8k", "math", "olympiadbench", "omnimath"]
  let subset = row.columns["id"]?.string.flatMap { id in
    parts.first { id.hasPrefix("\($0)-") }
  }
  var content = try RowContent(
    row,
    RowTexts(prompt: [.user(try row.string("problem"))], turns: [[.assistant(steps: steps)]]),
    [.response], columns: ["problem", "steps"])
  content.subset = subset
  return content
}

extension SourceRow {
  /// One step or more.
  fileprivate func steps(_ column: String) throws(TareError) -> [String] {
    let value = try value(column)
    guard let values = value.array else {
      throw error(column, found: value.kindName, accepted: "a list of steps")
    }
    var steps: [String] = []
    for (index, value) in values.enumerated() {
      guard let step = value.string else {
        throw error("\(column)[\(index)]", found: value.kindName, accepted: "a string")
      }
      steps.append(step)
    }
    guard !steps.isEmpty else {
      throw error(column, found: "no steps", accepted: "one step or more")
    }
    return steps
  }
}
