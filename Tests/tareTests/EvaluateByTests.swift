/// `tare evaluate --by`: results by the values of a column, alone and compared with other scores.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct EvaluateByTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Pairs in two languages; the prompts of a language are its own.
  ///
  /// - Parameter right: how many of each language's 60 pairs are right, the first ones.
  private func table(_ name: String, right: KeyValuePairs<String, Int>) throws -> String {
    var text = "prompt_id,language,score,label\n"
    for (language, count) in right {
      for pair in 0..<60 {
        text += "\(language)-\(pair),\(language),\(pair < count ? 1 : -1),1\n"
        text += "\(language)-\(pair),\(language),0,0\n"
      }
    }
    return try folder.file(name, Data(text.utf8))
  }

  private func evaluate(_ arguments: [String]) throws -> JSONValue {
    let result = try Program.run(["evaluate", "--bootstrap", "500", "--json"] + arguments)
    try #require(result.status == 0, "\(result.error)")
    return try JSONValue(parsing: result.output)
  }

  @Test func `each language has its accuracy and its distance to the best`() throws {
    let file = try table("t.csv", right: ["de": 30, "en": 50])
    let json = try evaluate([file, "--by", "language"])
    #expect(json["by"] == "language")
    #expect(json["parts"]?.array?.map { $0["name"]?.string } == ["de", "en"])
    #expect(json["parts"]?.array?.map { $0["overall"]?["accuracy"]?.double } == [0.5, 50.0 / 60])
    let last = json["leaderboard"]?.array?.last
    #expect(last?["name"] == "de")
    #expect(last?["behind_best"]?["test"] == "independent")
    #expect((last?["behind_best"]?["p"]?.double ?? 1) < 0.001)
    let text = try Program.run(["evaluate", file, "--by", "language"])
    #expect(text.output.hasPrefix("2 values of language on pairs"), "\(text.output)")
    // Each language's own tables are for --details.
    #expect(!text.output.contains("overall (micro)"), "\(text.output)")
    let details = try Program.run(["evaluate", file, "--by", "language", "--details"])
    #expect(details.output.contains("overall (micro)"), "\(details.output)")
  }

  @Test func `other scores are compared within each language`() throws {
    let new = try table("new.csv", right: ["de": 45, "en": 50])
    let old = try table("old.csv", right: ["en": 50, "de": 30])
    let json = try evaluate([new, "--by", "language", "--against", old])
    let changes = json["parts"]?.array?.map { $0["against"]?["overall"]?["difference"]?.double }
    #expect(changes == [0.25, 0])
    let text = try Program.run(["evaluate", new, "--by", "language", "--against", old])
    #expect(text.status == 0, "\(text.error)")
    #expect(text.output.contains("new against old by language"), "\(text.output)")
    #expect(text.output.contains("Significant: de (+25.0)."), "\(text.output)")
  }

  @Test func `a language that the other scores lack is named and not compared`() throws {
    let new = try table("new.csv", right: ["de": 45, "en": 50, "fr": 20])
    let old = try table("old.csv", right: ["en": 40, "de": 30])
    let result = try Program.run(["evaluate", new, "--by", "language", "--against", old, "--json"])
    #expect(result.status == 0, "\(result.error)")
    #expect(result.error.contains("fr: not in the scores of --against"), "\(result.error)")
    let parts = try JSONValue(parsing: result.output)["parts"]?.array ?? []
    #expect(parts.map { $0["against"] == nil } == [false, false, true])
  }

  /// One value chosen of the other scores is what all are compared with, as models with a baseline.
  @Test func `a value that --against-where chooses is compared with every other`() throws {
    var text = "rm,prompt_id,score,label\n"
    for (model, right) in [("base", 30), ("new", 45)] {
      for pair in 0..<60 {
        text += "\(model),\(pair),\(pair < right ? 1 : -1),1\n\(model),\(pair),0,0\n"
      }
    }
    let file = try folder.file("models.csv", Data(text.utf8))
    let json = try evaluate([
      file, "--by", "rm", "--against", file, "--against-where", "rm=base",
    ])
    let changes = json["parts"]?.array?.map { $0["against"]?["overall"]?["difference"]?.double }
    #expect(changes == [0, 0.25])
  }

  @Test func `reasoning that the template leaves out is reported, other reasoning is not`() throws {
    let workshop = try Workshop(pairs: 1)
    let row = #"""
      {"id":"r","prompt":"p","response":[{"role":"assistant","reasoning_content":"t","content":"c"}]}
      """#
    let input = try workshop.folder.file("in.jsonl", Data((row + "\n").utf8))
    let base = #"{%- for m in messages %}{{ m.role }}: {{ m.content }}{{ "\n" }}"#
    let kept = base + "{{ m.reasoning_content }}{%- endfor %}"
    for (template, isKept) in [(base + "{%- endfor %}", false), (kept, true)] {
      let path = try workshop.folder.file("t.jinja", Data(template.utf8))
      let result = try Program.run([
        "score", input, "--model", workshop.model, "--head", workshop.head, "--template", path,
      ])
      #expect(result.status == 0, "\(result.error)")
      #expect(
        result.error.contains("reasoning that the chat template leaves out, such as row 'r'")
          != isKept, "\(result.error)")
    }
  }

  /// A template that looks at the variable, and one that does not.
  @Test func `variables that the template ignores are reported, others are not`() throws {
    let workshop = try Workshop(pairs: 3)
    let base = #"{%- for m in messages %}{{ m.role }}: {{ m.content }}{{ "\n" }}{%- endfor %}"#
    let mark = #"{%- if not enable_thinking %}{{ "<none>" }}{%- endif %}"#
    let generates = "{%- if add_generation_prompt %}\(mark){%- endif %}"
    for (name, template, isUsed) in [
      ("used", base + mark, true), ("unused", base + generates, false), ("plain", base, false),
    ] {
      let path = try workshop.folder.file("\(name).jinja", Data(template.utf8))
      for value in ["true", "false"] {
        let result = try Program.run(
          workshop.score(
            "--template", path, "--template-kwargs", "{\"enable_thinking\": \(value)}"))
        #expect(result.status == 0, "\(result.error)")
        // An undefined variable is false, too.
        let isChanged = isUsed && value == "true"
        #expect(
          result.error.contains("ignores the variables of --template-kwargs") != isChanged,
          "\(name) \(value): \(result.error)")
      }
      let without = try Program.run(workshop.score("--template", path))
      #expect(!without.error.contains("--template-kwargs"), "\(without.error)")
    }
  }
}
