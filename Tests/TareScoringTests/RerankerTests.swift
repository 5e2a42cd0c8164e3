/// Rerankers against sentence-transformers, a value head beside a language model, and OpenRLHF's
/// normalisation. `Fixtures/rerankers.py` made the folders and their references.
import Foundation
import TareCore
import TareEngine
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite struct RerankerTests {
  private static let root = projectFolder.appending(
    path: "Tests/TareScoringTests/Fixtures/rerankers")

  private struct Case {
    let conversations: [Conversation]
    let raw: [Float]
    let published: [Float]

    init(_ folder: URL) throws {
      let file = folder.appending(path: "reference.json")
      let reference = try JSONValue(parsing: Array(Data(contentsOf: file)))
      conversations = (reference["pairs"]?.array ?? []).map { pair in
        let texts = (pair.array ?? []).compactMap(\.string)
        return Conversation(prompt: [.user(texts[0])], response: texts[1])
      }
      func numbers(_ key: String) -> [Float] {
        (reference[key]?.array ?? []).compactMap(\.double).map { Float($0) }
      }
      (raw, published) = (numbers("raw"), numbers("published"))
    }
  }

  private func scores(
    _ folder: URL, _ conversations: [Conversation], activation: ScoreFinish.Activation = .none,
    normalises: Bool = false, head: HeadChoice = .own
  ) throws -> [Float] {
    let text = try TextModel(folder)
    let model = try RewardModel(
      text, head: LoadedHead(head, of: text),
      finish: ScoreFinish(text, activation: activation, normalises: normalises), threads: 1)
    let options = ScoringOptions(
      readRule: model.readRule ?? .huggingFace, date: try CalendarDate(parsing: "2026-01-31"))
    let texts = try conversations.map { try text.tokenize($0, options) }
    return try model.score(texts).map(\.value)
  }

  /// A copy of a fixture's folder, to be changed.
  private func copy(_ name: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let source = Self.root.appending(path: name)
    for file in try FileManager.default.contentsOfDirectory(atPath: source.path) {
      try FileManager.default.copyItem(
        at: source.appending(path: file), to: folder.url.appending(path: file))
    }
    return folder
  }

  private func set(_ key: String, _ value: JSONValue?, in file: URL) throws {
    var object = try JSONValue(parsing: Array(Data(contentsOf: file))).object ?? [:]
    object[key] = value
    try Data(JSONValue.object(object).text().utf8).write(to: file)
  }

  @Test(arguments: [
    "classifier", "identity", "prompted", "parts", "pair", "logits", "one_logit",
  ])
  func `a CrossEncoder's scores are its own, raw and as it publishes them`(name: String) throws {
    let folder = Self.root.appending(path: name)
    let reference = try Case(folder)
    #expect(reference.raw.count == 4)
    expectClose(
      try scores(folder, reference.conversations), reference.raw, tolerance: 1e-4)
    expectClose(
      try scores(folder, reference.conversations, activation: .model), reference.published,
      tolerance: 1e-4)
  }

  @Test func `the roles of users and assistants would give other scores`() throws {
    let folder = try copy("classifier")
    let reference = try Case(folder.url)
    for name in ["config_sentence_transformers.json", "modules.json", "sentence_bert_config.json"] {
      try FileManager.default.removeItem(at: folder.url.appending(path: name))
    }
    let plain = try scores(folder.url, reference.conversations)
    #expect(zip(plain, reference.raw).contains { abs($0 - $1) > 0.05 })
    // Folders of before version 4 say it in config.json.
    try set(
      "sbert_ce_default_activation_function", "torch.nn.modules.linear.Identity",
      in: folder.url.appending(path: "config.json"))
    expectClose(
      try scores(folder.url, reference.conversations, activation: .model), reference.raw,
      tolerance: 1e-4)
  }

  @Test func `a template that leaves the roles out gets users and assistants, and it is said`()
    throws
  {
    let folder = try copy("classifier")
    let template = """
      {% for m in messages %}{% if m.role in ['user', 'assistant'] %}{{ m.content }}{% endif %}{% endfor %}
      """
    _ = try folder.file("chat_template.jinja", Data(template.utf8))
    let model = try TextModel(folder.url)
    #expect(model.remarks().contains { $0.contains("ignores the roles") && $0.contains("query") })
    let options = ScoringOptions(readRule: .last, date: try CalendarDate(parsing: "2026-01-31"))
    let conversation = Conversation(prompt: [.user("Hi")], response: "Hello")
    #expect(try model.tokenize(conversation, options).text == "HiHello")
  }

  @Test func `a conversation of several turns is refused by a model that reads a pair`() throws {
    let conversation = Conversation(
      prompt: [.user("Hi"), .assistant("Hello"), .user("What now?")], response: "Nothing.")
    for name in ["classifier", "logits"] {
      let error = #expect(throws: TareError.self) {
        try scores(Self.root.appending(path: name), [conversation])
      }
      #expect(error?.description.contains("query") == true, "\(String(describing: error))")
    }
  }

  @Test func `a module that is not computed is refused by name`() throws {
    let folder = try copy("classifier")
    let modules: JSONValue = [
      ["idx": 0, "path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"],
      ["idx": 1, "path": "1_Dense", "type": "sentence_transformers.base.modules.dense.Dense"],
    ]
    try Data(modules.text().utf8).write(to: folder.url.appending(path: "modules.json"))
    let error = #expect(throws: TareError.self) {
      try scores(folder.url, [Conversation(prompt: [.user("Hi")], response: "Hello")])
    }
    #expect(error?.description.contains("'Dense'") == true)
  }

  @Test func `an activation that is not known, or not there, is refused`() throws {
    let folder = try copy("classifier")
    try set(
      "activation_fn", "torch.nn.modules.activation.Tanh",
      in: folder.url.appending(path: "config_sentence_transformers.json"))
    for url in [folder.url, Self.root.appending(path: "value_head")] {
      let error = #expect(throws: TareError.self) {
        try ScoreFinish(TextModel(url), activation: .model, normalises: false)
      }
      #expect(error?.exitCode == 64)
    }
  }

  @Test func `a value head beside a language model is found, and is the one in the file`() throws {
    let folder = Self.root.appending(path: "value_head")
    let reference = try Case(folder)
    let found = try scores(folder, reference.conversations)
    expectClose(found, reference.raw, tolerance: 1e-4)
    let file = folder.appending(path: "value_head.safetensors").path
    #expect(try scores(folder, reference.conversations, head: .file(file)) == found)
    let text = try TextModel(folder)
    #expect(try LoadedHead(.own, of: text).digest == LoadedHead(.file(file), of: text).digest)
  }

  @Test func `a value head as a pickle is told`() throws {
    let folder = try copy("value_head")
    try FileManager.default.removeItem(at: folder.url.appending(path: "value_head.safetensors"))
    _ = try folder.file("value_head.bin", Data([0x80]))
    let error = #expect(throws: TareError.self) {
      try LoadedHead(.own, of: TextModel(folder.url))
    }
    #expect(error?.description.contains("value_head.bin") == true)
  }

  /// OpenRLHF 0.11.2, `models/model.py`: (reward − mean) / std, in float32.
  @Test func `OpenRLHF's mean and std are applied where they are asked for`() throws {
    let folder = try copy("classifier")
    let reference = try Case(folder.url)
    let raw = try scores(folder.url, reference.conversations)
    let error = #expect(throws: TareError.self) {
      try scores(folder.url, reference.conversations, normalises: true)
    }
    #expect(error?.description.contains("'std'") == true)
    let config = folder.url.appending(path: "config.json")
    try set("mean", 0.75, in: config)
    try set("std", 1.3, in: config)
    #expect(try scores(folder.url, reference.conversations) == raw)
    let normalised = try scores(folder.url, reference.conversations, normalises: true)
    #expect(normalised == raw.map { ($0 - 0.75) / 1.3 })
    try set("std", 0, in: config)
    #expect(throws: TareError.self) {
      try scores(folder.url, reference.conversations, normalises: true)
    }
  }

  @Test func `what is put on a score is part of what decides it`() throws {
    let folder = try copy("classifier")
    let config = folder.url.appending(path: "config.json")
    try set("mean", 0.5, in: config)
    try set("std", 2.0, in: config)
    let text = try TextModel(folder.url)
    let options = ScoringOptions(readRule: .last, date: try CalendarDate(parsing: "2026-01-31"))
    func rule(_ activation: ScoreFinish.Activation, _ normalises: Bool) throws -> String {
      try RewardModel(
        text, head: LoadedHead(.own, of: text),
        finish: ScoreFinish(text, activation: activation, normalises: normalises), threads: 1
      ).rule(options)
    }
    #expect(try rule(.none, false) == "last")
    #expect(try rule(.sigmoid, false) == "last;sigmoid")
    #expect(try rule(.model, false) == "last;sigmoid")
    #expect(try rule(.none, true) == "last;normalised:0.5,2.0")
    #expect(try rule(.model, true) == "last;normalised:0.5,2.0;sigmoid")
  }
}
