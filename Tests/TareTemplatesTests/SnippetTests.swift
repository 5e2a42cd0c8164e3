/// Small templates, one or a few for each construct, against transformers (Fixtures/snippets.py and
/// Fixtures/interpreter.py).
import Foundation
import TareCore
import TareTemplates
import TareTesting
import Testing

@Suite struct SnippetTests {
  @Test(arguments: ["snippets.jsonl", "interpreter.jsonl"])
  func `every snippet renders or fails as in transformers`(name: String) throws {
    let file = projectFolder.appending(path: "Tests/TareTemplatesTests/Fixtures/\(name)")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    var variables = try #require(JSONValue(parsing: lines[0]).object)
    let messages = try #require(variables["messages"]?.array)
    variables["messages"] = nil
    let others = Dictionary(uniqueKeysWithValues: variables.members.map { ($0.key, $0.value) })
    let day = try CalendarDate(year: 2026, month: 1, day: 5)
    #expect(lines.count > 150)
    for (index, line) in lines.enumerated().dropFirst() {
      let row = try JSONValue(parsing: line)
      let source = try #require(row["template"]?.string)
      let outcome = Outcome { () throws(TareError) in
        try ChatTemplate(source: source).render(
          messages: messages, addGenerationPrompt: false, variables: others, date: day)
      }
      let difference = Self.difference(outcome, row)
      #expect(difference == nil, "\(name), line \(index + 1): \(source)")
    }
  }

  /// How the outcome differs from the one in the file; nil if it does not.
  ///
  /// The words of Jinja's own run-time errors are the same; Python's change with its version, and
  /// those of syntax errors are ours, so that only the line must agree.
  private static func difference(_ outcome: Outcome, _ row: JSONValue) -> String? {
    if let text = row["text"]?.string { return outcome == .text(text) ? nil : "\(outcome)" }
    guard let error = row["error"], let message = error["message"]?.string,
      let kind = error["kind"]?.string
    else { return "a row without an outcome" }
    // Python does not know the template's line of an error that only its own compiler finds.
    let line = error["line"]?.int
    switch (kind, outcome) {
    case ("refusal", .refusal(message)): return nil
    case ("refusal", _): return "\(outcome)"
    case (_, .failure(.badData(let place, let found, _))):
      guard line.map({ place == "chat template, line \($0)" }) ?? true else { return place }
      return kind == "undefined" && found != message ? found : nil
    default: return "\(outcome)"
    }
  }
}
