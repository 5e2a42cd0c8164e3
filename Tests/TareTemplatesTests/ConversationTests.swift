/// Conversations with tools, reasoning, parts and variables, as transformers hands them to templates.
import Foundation
import TareCore
import TareTemplates
import TareTesting
import Testing

private let shared = sharedFolder.appending(path: "data/conversations")

@Suite struct ConversationTests {
  @Test(.enabled(if: exists(shared), "needs the conversations in shared/data/conversations"))
  func `real templates render tools, reasoning and parts as transformers does, or refuse`() throws {
    let lines = try String(contentsOf: shared.appending(path: "cases.jsonl"), encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.count == 975)
    var sources: [String: String] = [:]
    for line in lines {
      let row = try JSONValue(parsing: line)
      let name = try #require(row["template"]?.string)
      if sources[name] == nil {
        let file = shared.appending(path: "templates").appending(path: name)
        sources[name] = try String(contentsOf: file, encoding: .utf8)
      }
      let difference = try Self.difference(row, source: sources[name] ?? "")
      #expect(difference == nil, "\(name), \(row["case"]?.string ?? "")")
    }
  }

  @Test func `templates of our own get all members as transformers gives them`() throws {
    let file = projectFolder.appending(
      path: "Tests/TareTemplatesTests/Fixtures/conversations.jsonl")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 100)
    for (index, line) in lines.enumerated() {
      let row = try JSONValue(parsing: line)
      let difference = try Self.difference(row, source: row["template"]?.string ?? "")
      #expect(difference == nil, "line \(index + 1)")
    }
  }

  /// How the outcome differs from the row's; nil if it does not. Errors have transformers' words where
  /// they are Jinja's or the template's own.
  private static func difference(_ row: JSONValue, source: String) throws -> String? {
    let template = try ChatTemplate(source: source)
    var variables: [String: JSONValue] = [
      "bos_token": row["bos_token"] ?? "<s>", "eos_token": row["eos_token"] ?? "</s>",
    ]
    for name in ["tools", "documents"] { variables[name] = row[name] }
    for (name, value) in row["variables"]?.object?.members ?? [] { variables[name] = value }
    let day = try CalendarDate(parsing: row["date"]?.string ?? "2026-01-05")
    let outcome = Outcome { () throws(TareError) in
      try template.render(
        messages: (row["messages"]?.array ?? []).map { value throws(TareError) in
          try Message(value)
        },
        addGenerationPrompt: false, variables: variables, date: day)
    }
    if let text = row["text"]?.string { return outcome == .text(text) ? nil : "\(outcome)" }
    let parts = (row["error"]?.string ?? "").split(separator: ": ", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return "a row without an outcome" }
    switch (parts[0], outcome) {
    case ("TemplateError", .refusal(parts[1])): return nil
    case ("TemplateError", _): return "\(outcome)"
    case ("UndefinedError", .failure(.badData(_, parts[1], _))): return nil
    case ("UndefinedError", _): return "\(outcome)"
    case (_, .failure): return nil
    default: return "\(outcome)"
    }
  }
}
