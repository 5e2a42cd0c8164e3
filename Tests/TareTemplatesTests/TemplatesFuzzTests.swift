/// Chat templates with changed bytes.
import Foundation
import TareCore
import TareTemplates
import TareTesting
import Testing

@Suite struct TemplatesFuzzTests {
  private static func seeds() throws -> [[UInt8]] {
    let folder = projectFolder.appending(path: "Tests/TareTemplatesTests/Fixtures")
    let lines = try String(contentsOf: folder.appending(path: "snippets.jsonl"), encoding: .utf8)
    return try lines.split(separator: "\n").dropFirst().compactMap { line in
      try JSONValue(parsing: line)["template"]?.string.map { Array($0.utf8) }
    }
  }

  private static let words = [
    "{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", " for x in range(9) ", " endfor ", " if ",
    " else ", " endif ", " macro m(a) ", " endmacro ", "loop.index", "namespace(x=1)", "|tojson",
    "|join(',')", "|map('upper')", "|selectattr('a')", "|sort", "|groupby('a')", "|batch(3)",
    ".format(1)", "%s", "[::-1]", "[1:2]", "is defined", "not in", "**", "//", " ~ ", "recursive",
    "caller()", "set x = ", "endset", "range(100000)", "'a' * 100000", "messages[0]",
    "strftime_now('%Y')", "|slice(99)", "|round(400)", "|int(base=0)", "|center(99)",
  ]

  @Test(.timeLimit(.minutes(90)))
  func `changed templates render or are refused`() async throws {
    let messages: [JSONValue] = [
      ["role": "user", "content": "Hi \u{E9}"], ["role": "assistant", "content": " x ", "n": 5],
    ]
    let target = FuzzTarget(
      "jinja", seeds: try Self.seeds(), words: Self.words, rounds: 400
    ) { bytes in
      let template = try ChatTemplate(source: String(decoding: bytes, as: UTF8.self))
      _ = try template.render(
        messages: messages, addGenerationPrompt: true,
        date: CalendarDate(year: 2026, month: 1, day: 1))
    }
    let outcome = try await target.run()
    #expect(outcome.faults.isEmpty)
    #expect(outcome.isRead > 0 && outcome.refused > 0, "\(outcome)")
  }
}
