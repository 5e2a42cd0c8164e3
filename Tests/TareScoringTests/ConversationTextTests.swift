/// What becomes of tools, tool calls and variables on the way to the text.
import Foundation
import TareCore
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite struct ConversationTextTests {
  private let folder: TemporaryFolder
  private let options: ScoringOptions

  init() throws {
    folder = try TemporaryFolder()
    options = ScoringOptions(readRule: .last, date: try CalendarDate(parsing: "2026-01-31"))
  }

  private func message(_ text: String) throws -> Message { try Message(JSONValue(parsing: text)) }

  /// A model that reads prompt and response as two texts.
  private func pairs() throws -> TextModel {
    let deberta = projectFolder.appending(path: "Tests/TareEngineTests/Fixtures/families/deberta")
    let url = URL(filePath: try TinyModel.textFolder(in: folder))
    let config = url.appending(path: "config.json")
    try FileManager.default.removeItem(at: config)
    try FileManager.default.copyItem(at: deberta.appending(path: "config.json"), to: config)
    try Data(#"{"bos_token": "<|im_start|>", "tokenizer_class": "PreTrainedTokenizerFast"}"#.utf8)
      .write(to: url.appending(path: "tokenizer_config.json"))
    return try TextModel(withoutWeights: url)
  }

  private func model(template: String) throws -> TextModel {
    let url = URL(filePath: try TinyModel.textFolder(in: folder))
    return try TextModel(
      withoutWeights: url, template: folder.file("t.jinja", Data(template.utf8)))
  }

  @Test func `a pair of texts refuses what it has no place for, and takes the rest`() throws {
    let text = try pairs()
    let plain = Conversation(prompt: [.user("p")], response: "r")
    #expect(try text.tokenize(plain, options).text == "p\nr")
    var named = plain
    named.prompt[0]["name"] = "ann"
    named.prompt[0]["tool_calls"] = .null
    named.prompt[0]["content"] = [["type": "text", "text": "p"]]
    #expect(try text.tokenize(named, options).text == "p\nr")

    func refusal(_ change: (inout Conversation) throws -> Void) throws -> String {
      var conversation = plain
      try change(&conversation)
      let error = #expect(throws: TareError.self) { try text.tokenize(conversation, options) }
      return error?.description ?? ""
    }
    let call = try message(#"{"role":"assistant","content":"","tool_calls":[{"id":"c"}]}"#)
    let tool = try message(#"{"role":"tool","content":"3"}"#)
    let toolless = try refusal { $0.context.tools = [] }
    #expect(toolless.contains("expected plain messages, as ") && toolless.hasSuffix("found tools"))
    #expect(try refusal { $0.context.documents = [] }.contains("found documents"))
    #expect(
      try refusal { $0.context.variables["style"] = "x" }
        .contains("found the template variable 'style'"))
    #expect(try refusal { $0.prompt.append(tool) }.contains("found a message of the role 'tool'"))
    #expect(try refusal { $0.prompt.insert(call, at: 0) }.contains("a message with 'tool_calls'"))
    #expect(
      try refusal { $0.turns[0]["reasoning_content"] = "so" }
        .contains("a message with 'reasoning_content'"))
    #expect(
      try refusal { $0.turns.insert(contentsOf: [call, tool], at: 0) }
        .contains("found a response of 3 messages"))
    var variables = options
    variables.variables = ["style": "x"]
    #expect(throws: TareError.self) { try text.tokenize(plain, variables) }
  }

  @Test func `a template sees the conversation's variables before the options'`() throws {
    let text = try model(
      template: "{{ style }}{{ tools | length }}{{ documents[0].title }}{{ messages[0].name }}")
    var asked = options
    asked.variables = ["style": "a"]
    var conversation = Conversation(prompt: [.user("p")], response: "r")
    conversation.prompt[0]["name"] = "ann"
    conversation.context = TemplateContext(tools: [[:], [:]], documents: [["title": "t"]])
    #expect(try text.tokenize(conversation, asked).text == "a2tann")
    conversation.context.variables = ["style": "b"]
    #expect(try text.tokenize(conversation, asked).text == "b2tann")
  }

  @Test func `a response with a tool's words is no response of the model's own`() throws {
    let text = try model(template: "{% for m in messages %}{{ m.content }}{% endfor %}")
    var own = options
    own.takesOneTurn = true
    let turns = [Message.assistant("a"), Message(role: "tool", content: "b"), .assistant("c")]
    let conversation = Conversation(prompt: [.user("p")], turns: turns)
    #expect(try text.tokenize(conversation, options).text == "pabc")
    let error = #expect(throws: TareError.self) { try text.tokenize(conversation, own) }
    #expect(
      error?.description.contains(
        "expected one message, as an implicit reward counts all tokens of a response as the model's own, found 3 messages"
      ) == true)
    #expect(throws: Never.self) {
      try text.tokenize(Conversation(prompt: Array(turns.prefix(2)), response: "c"), own)
    }
  }
}
