/// Responses that are lists of steps: for process reward models.
package import TareCore

extension Message {
  /// The member with a response's steps, until they are joined for the model that reads them.
  package static let stepsMember = "tare.steps"

  static func assistant(steps: [String]) -> Message {
    var message = Message.assistant(steps.joined(separator: "\n\n"))
    message[stepsMember] = .array(steps.map { .string($0) })
    return message
  }
}

extension SourceRow {
  /// One step or more.
  func steps(_ column: String) throws(TareError) -> [String] {
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
      throw error(column, found: "no steps", accepted: "at least one step")
    }
    return steps
  }
}
