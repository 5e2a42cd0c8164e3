/// A template of one value, `x`.
internal import TareCore
internal import TareTemplates

struct ChatTemplateText: Sendable {
  private let template: ChatTemplate

  init(_ source: String) throws(TareError) { template = try ChatTemplate(source: source) }

  func text(_ value: JSONValue) throws(TareError) -> String {
    try template.render(
      messages: [JSONValue](), addGenerationPrompt: false, variables: ["x": value],
      date: CalendarDate(parsing: "2000-01-01"))
  }
}
