/// Templates, BOS and appended tokens of a folder.
import Foundation
import TareCore
import TareEngine
import TareScoring
import TareTemplates
import TareTesting
import TareTokenizers
import Testing

@Suite(.enabled(if: ParityCheckpoints.isHere, "../shared/fixtures/parity.tar.gz is not here"))
struct TextModelTests {
  private let folder: TemporaryFolder
  private let conversation = Conversation(prompt: [.user("Hi")], response: "Hello")
  private let options: ScoringOptions

  /// A copy of a checkpoint, to be changed.
  init() throws {
    folder = try TemporaryFolder()
    let source = try ParityCheckpoints.folder("mistral")
    for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
      try FileManager.default.copyItem(
        at: source.appending(path: name), to: folder.url.appending(path: name))
    }
    options = ScoringOptions(readRule: .last, date: try CalendarDate(parsing: "2026-01-31"))
  }

  private func set(_ key: String, _ value: JSONValue?, in file: String) throws {
    let url = folder.url.appending(path: file)
    var object = try JSONValue(parsing: Array(Data(contentsOf: url))).object ?? [:]
    object[key] = value
    try Data(JSONValue.object(object).text().utf8).write(to: url)
  }

  private func text(template: String? = nil) throws -> String {
    try TextModel(folder.url, template: template).tokenize(conversation, options).text
  }

  @Test func `of several templates the default is taken, or the one that is named`() throws {
    try FileManager.default.removeItem(at: folder.url.appending(path: "chat_template.jinja"))
    let templates: JSONValue = [
      ["name": "default", "template": "D{{ messages[-1].content }}"],
      ["name": "tool_use", "template": "T{{ messages[-1].content }}"],
    ]
    try set("chat_template", templates, in: "tokenizer_config.json")
    #expect(try text() == "DHello")
    #expect(try text(template: "tool_use") == "THello")
    let error = #expect(throws: TareError.self) { try text(template: "other") }
    #expect(error?.description.contains("default, tool_use") == true)
    // A file of its own goes before them.
    _ = try folder.file("chat_template.jinja", Data("F{{ messages[-1].content }}".utf8))
    #expect(try text() == "FHello")
    try set("chat_template", "{% if %}", in: "tokenizer_config.json")
    try FileManager.default.removeItem(at: folder.url.appending(path: "chat_template.jinja"))
    let bad = #expect(throws: TareError.self) { try text() }
    #expect(bad?.description.contains("line 1") == true, "\(String(describing: bad))")
  }

  /// As TRL 1.16's RewardTrainer prepares texts that are no conversations: prompt + response + EOS,
  /// then the tokenizer with its own special tokens.
  @Test func `plain is prompt, response and one end token, with the tokenizer's own BOS`() throws {
    try FileManager.default.removeItem(at: folder.url.appending(path: "chat_template.jinja"))
    let model = try TextModel(folder.url, template: "plain")
    let tokens = try model.tokenize(conversation, options)
    #expect(tokens.text == "<s>HiHello</s>")
    #expect(tokens.ids.filter { $0 == tokens.ids[0] }.count == 1)
    #expect(tokens.ids.last == 2)
    let ended = try model.tokenize(
      Conversation(prompt: [.user("  Hi ")], response: " Hello </s>"), options)
    #expect(ended.text == "<s>  Hi  Hello </s>")
    let qwen = try TextModel(ParityCheckpoints.folder("qwen3"), template: "plain")
    #expect(try qwen.tokenize(conversation, options).text == "HiHello<|im_end|>")
  }

  @Test func `no template is told, with what to do`() throws {
    try FileManager.default.removeItem(at: folder.url.appending(path: "chat_template.jinja"))
    try set("chat_template", nil, in: "tokenizer_config.json")
    let error = #expect(throws: TareError.self) { try text() }
    #expect(
      error?.description.contains("a file, or plain, which concatenates the messages") == true)
  }

  @Test func `a token that the model reads its reward at is put after the text`() throws {
    try set("reward_token_id", 77, in: "config.json")
    let model = try TextModel(folder.url)
    #expect(model.readRule == .last)
    let tokens = try model.tokenize(conversation, options)
    #expect(tokens.ids.last == 77)
    #expect(tokens.readAt == tokens.ids.count - 1)
    // Cutting the text leaves it.
    var short = options
    short.maxTokens = 4
    #expect(try model.tokenize(conversation, short).ids.suffix(1) == [77])
  }

  @Test func `the policies about BOS`() throws {
    let model = try TextModel(folder.url)
    let bos: Int32 = 1
    func start(_ policy: ScoringOptions.BOS, template: String) throws -> Int {
      var options = options
      options.bos = policy
      let file = try folder.file("given.jinja", Data(template.utf8))
      let model = try TextModel(folder.url, template: file)
      return try model.tokenize(conversation, options).ids.prefix { $0 == bos }.count
    }
    #expect(model.tokenizer.bosID == bos)
    for (template, counts) in [
      ("{{ bos_token }}{{ bos_token }}x", [1, 2, 0, 1]), ("{{ bos_token }}x", [1, 1, 0, 1]),
      ("x", [0, 0, 0, 1]),
    ] {
      for (policy, count) in zip([ScoringOptions.BOS.auto, .keep, .strip, .add], counts) {
        #expect(try start(policy, template: template) == count, "\(policy) on \(template)")
      }
    }
  }
}
