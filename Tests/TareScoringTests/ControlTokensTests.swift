/// Control tokens in the user's texts: found, and encoded as plain text as transformers does
/// (Fixtures/sanitize.py).
import Foundation
import TareCore
import TareScoring
import TareTemplates
import TareTesting
import Testing

private let fixtures = projectFolder.appending(path: "Tests/TareScoringTests/Fixtures")
private let folder = fixtures.appending(path: "sanitize")

@Suite struct ControlTokensTests {
  private static func options(sanitizes: Bool) throws -> ScoringOptions {
    ScoringOptions(
      readRule: .last, bos: .keep, date: try CalendarDate(parsing: "2026-01-05"),
      sanitizesControlTokens: sanitizes)
  }

  private static func conversation(_ row: JSONValue) throws -> Conversation {
    var context = TemplateContext(tools: row["tools"])
    if let note = row["note"] { context.variables["note"] = note }
    let messages = try (row["messages"]?.array ?? []).map { value in try Message(value) }
    return Conversation(messages: messages, context: context)
  }

  private static func ids(_ value: JSONValue?) -> [Int32] {
    (value?.array ?? []).compactMap { $0.int.map(Int32.init) }
  }

  private static func check(_ row: JSONValue, _ model: TextModel, _ name: String) throws {
    let conversation = try conversation(row)
    let plain = try model.tokenize(conversation, options(sanitizes: false))
    #expect(plain.ids == ids(row["plain_ids"]), "\(name), as it stands")
    let sanitized = try model.tokenize(conversation, options(sanitizes: true))
    #expect(sanitized.ids == ids(row["ids"]), "\(name), sanitised")
  }

  @Test func `control tokens of the user become plain text, those of the template stay`() throws {
    let model = try TextModel(withoutWeights: folder)
    let lines = try String(contentsOf: folder.appending(path: "cases.jsonl"), encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.count == 7)
    for (index, line) in lines.enumerated() {
      try Self.check(try JSONValue(parsing: line), model, "line \(index + 1)")
    }
  }

  @Test(.enabled(if: ParityCheckpoints.isHere, "needs shared/fixtures/parity.tar.gz"))
  func `real tokenizers sanitise as in transformers`() throws {
    let file = fixtures.appending(path: "sanitize_parity.jsonl")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 98)
    var models: [String: TextModel] = [:]
    for (index, line) in lines.enumerated() {
      let row = try JSONValue(parsing: line)
      let name = try #require(row["checkpoint"]?.string)
      if models[name] == nil {
        models[name] = try TextModel(withoutWeights: ParityCheckpoints.folder(name))
      }
      try Self.check(row, try #require(models[name]), "line \(index + 1), \(name)")
    }
  }

  @Test func `the first control token of a conversation is named`() throws {
    let model = try TextModel(withoutWeights: folder)
    let date = try CalendarDate(parsing: "2026-01-05")
    func token(
      _ response: String, tools: JSONValue? = nil, _ rule: ReadRule = .last
    ) -> String? {
      model.controlToken(
        in: Conversation(
          prompt: [.user("Hi")], response: response, context: TemplateContext(tools: tools)),
        ScoringOptions(readRule: rule, date: date))
    }
    #expect(token("plain <| text |> <other>\n") == nil)
    #expect(token("a<call>b<|end|>") == "<call>")
    #expect(token("ok", tools: [["name": "<|turn|>"]]) == "<|turn|>")
    // The token that a process reward model reads its steps at is meant to be there.
    let step = try model.tokenID("<call>")
    #expect(token("a<call>b<call>", .step(step, .min)) == nil)
    #expect(token("a<call>b<|end|>", .step(step, .min)) == "<|end|>")
  }

  @Test func `tools choose the model's template for tools`() throws {
    let model = try TextModel(withoutWeights: folder)
    func text(_ context: TemplateContext) throws -> String {
      try model.tokenize(
        Conversation(prompt: [.user("Hi")], response: "ok", context: context),
        Self.options(sanitizes: false)
      ).text
    }
    #expect(try text(TemplateContext()).hasPrefix("<s>"))
    #expect(try text(TemplateContext(tools: .null)).hasPrefix("<s>"))
    #expect(try text(TemplateContext(tools: [])).hasPrefix("tools: <s>"))
    #expect(try text(TemplateContext(tools: [["name": "f"]])).hasPrefix("tools: <s>"))
    let chosen = try TextModel(withoutWeights: folder, template: "default")
    let conversation = Conversation(
      prompt: [.user("Hi")], response: "ok", context: TemplateContext(tools: []))
    let rendered = try chosen.tokenize(conversation, Self.options(sanitizes: false)).text
    #expect(rendered.hasPrefix("<s>"))
  }

  @Test(arguments: ["messages", "tools", "add_generation_prompt", "chat_template", "tokenize"])
  func `no variable takes the place of what a template is given anyway`(name: String) throws {
    let model = try TextModel(withoutWeights: folder)
    let context = TemplateContext(variables: [name: "x"])
    let conversation = Conversation(prompt: [.user("Hi")], response: "ok", context: context)
    #expect(throws: TareError.self) {
      try model.tokenize(conversation, Self.options(sanitizes: false))
    }
  }

  @Test func `tools and documents are arrays of objects`() throws {
    let model = try TextModel(withoutWeights: folder)
    let contexts = [
      TemplateContext(tools: ["name": "f"]), TemplateContext(tools: ["f"]),
      TemplateContext(documents: "text"), TemplateContext(documents: [5]),
    ]
    for context in contexts {
      let conversation = Conversation(prompt: [.user("Hi")], response: "ok", context: context)
      #expect(throws: TareError.self) {
        try model.tokenize(conversation, Self.options(sanitizes: false))
      }
    }
  }

  @Test func `a null content that makes another text than a missing one is noticed`() throws {
    let model = try TextModel(withoutWeights: folder)
    let options = try Self.options(sanitizes: false)
    func isChanged(_ message: JSONValue) throws -> Bool {
      let messages = try [.user("Hi"), Message(message), .assistant("ok")]
      return model.isChangedByNullContent(Conversation(messages: messages), options)
    }
    #expect(try isChanged(["role": "assistant", "content": .null]))
    #expect(try !isChanged(["role": "assistant", "content": "None"]))
    #expect(try !isChanged(["role": "assistant"]))
  }
}
