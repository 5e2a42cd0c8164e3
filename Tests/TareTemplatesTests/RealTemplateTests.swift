/// Templates of published models, against what transformers renders for them.
import Foundation
import TareCore
import TareTemplates
import TareTesting
import Testing

private let templates = sharedFolder.appending(path: "data/templates")

@Suite struct RealTemplateTests {
  /// The day on which transformers rendered the cases that print the date.
  private static let day = (year: 2026, month: 11, day: 23)

  @Test(.enabled(if: exists(templates), "needs the templates in shared/data/templates"))
  func `published templates render character for character as in transformers`() throws {
    let day = try CalendarDate(year: Self.day.year, month: Self.day.month, day: Self.day.day)
    let lines = try String(contentsOf: templates.appending(path: "cases.jsonl"), encoding: .utf8)
      .split(separator: "\n")
    var parsed: [String: ChatTemplate] = [:]
    var count = 0
    for (index, line) in lines.enumerated() {
      let row = try JSONValue(parsing: line)
      let name = try #require(row["template"]?.string)
      if parsed[name] == nil {
        let source = try String(contentsOf: templates.appending(path: name), encoding: .utf8)
        parsed[name] = try ChatTemplate(source: source)
      }
      let template = try #require(parsed[name])
      var variables = try #require(row["variables"]?.object)
      variables["bos_token"] = row["bos_token"]
      variables["eos_token"] = row["eos_token"]
      let outcome = Outcome { () throws(TareError) in
        try template.render(
          messages: row["messages"]?.array ?? [],
          addGenerationPrompt: row["add_generation_prompt"]?.bool ?? false,
          variables: Dictionary(uniqueKeysWithValues: variables.members.map { ($0.key, $0.value) }),
          date: day)
      }
      let expected = row["text"]?.string.map(Outcome.text) ?? .refusal(row["error"]?.string ?? "")
      #expect(outcome == expected, "case \(index + 1), \(name)")
      count += 1
    }
    #expect(count > 0)
  }

  @Test func `SmolLM2's template opens with its own system message`() throws {
    let template = try ChatTemplate(
      source: """
        {% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}\
        {{ '<|im_start|>system\\nYou are a helpful AI assistant named SmolLM, trained by \
        Hugging Face<|im_end|>\\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\\n' + \
        message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}\
        {{ '<|im_start|>assistant\\n' }}{% endif %}
        """)
    let text = try template.render(
      messages: [Message.user("Hello")], addGenerationPrompt: true,
      date: CalendarDate(year: 2026, month: 11, day: 23))
    #expect(
      text == """
        <|im_start|>system
        You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>
        <|im_start|>user
        Hello<|im_end|>
        <|im_start|>assistant

        """)
  }
}
