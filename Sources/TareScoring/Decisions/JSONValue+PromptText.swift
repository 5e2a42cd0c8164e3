/// JSON as prompts show it.
package import TareCore
internal import TareTemplates

extension JSONValue {
  private static let shown = Result {
    try ChatTemplate(source: "{{ '' if x is none else x if x is string else x|tojson }}")
  }
  private static let python = Result { try ChatTemplate(source: "{{ x }}") }

  /// A string as it is, nothing for null, and else what Python's `json.dumps(x, ensure_ascii=False)`
  /// writes, as transformers' prompts have it.
  ///
  /// - Throws: `TareError.badData` for what is nested too deeply.
  package var promptText: String {
    get throws(TareError) {
      if let string { return string }
      return try written(by: Self.shown)
    }
  }

  /// A string or null as it is, and of the rest what Python's `str` writes.
  /// - Throws: as `promptText`.
  package var pythonText: JSONValue {
    get throws(TareError) {
      if string != nil || self == .null { return self }
      return .string(try written(by: Self.python))
    }
  }

  private func written(
    by template: Result<ChatTemplate, any Error>
  ) throws(TareError) -> String {
    do {
      return try template.get().render(
        messages: [JSONValue](), addGenerationPrompt: false, variables: ["x": self],
        date: CalendarDate(parsing: "2000-01-01"))
    } catch {
      throw error as? TareError ?? .fault("\(error)")
    }
  }
}
