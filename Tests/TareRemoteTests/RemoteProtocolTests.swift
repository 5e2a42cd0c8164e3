/// What each protocol of remote engines sends, and what it makes of the replies.
import Foundation
import TareCore
import TareRemote
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct RemoteProtocolTests {
  /// A server that knows its model's name and answers two texts, and what it was asked.
  private func server(_ reply: String) throws -> CannedServer {
    try CannedServer {
      switch $0.path {
      case "/v1/models": .reply(#"{"object": "list", "data": [{"id": "org/model"}]}"#)
      case "/info": .reply(#"{"model_id": "org/encoder", "max_client_batch_size": 32}"#)
      default: .reply(reply)
      }
    }
  }

  private let folder: TemporaryFolder
  private let options: ScoringOptions

  init() throws {
    folder = try TemporaryFolder()
    options = ScoringOptions(readRule: .last, date: try CalendarDate(parsing: "2026-01-31"))
  }

  private func model(_ change: (inout GGUFBuilder) -> Void = { _ in }) throws -> TextModel {
    var builder = TinyModel.builder()
    change(&builder)
    return try TextModel(
      withoutWeights: URL(filePath: folder.file("tiny.gguf", Data(builder.file))))
  }

  private static let conversation = Conversation(prompt: [.user("th")], response: "ok")
  private static let rendered =
    "<|im_start|>user\nth<|im_end|>\n<|im_start|>assistant\nok<|im_end|>\n"

  /// A reward must never be another text's.
  @Test(arguments: [
    #"{"data": [{"index": 0, "probs": [1.5]}, {"index": 0, "probs": [2.5]}]}"#,
    #"{"data": [{"index": 0, "probs": [1.5]}, {"index": 2, "probs": [2.5]}]}"#,
    #"{"data": [{"index": -1, "probs": [1.5]}, {"index": 0, "probs": [2.5]}]}"#,
    #"{"data": [{"index": 0, "probs": [1.5]}, {"probs": [2.5]}]}"#,
  ])
  func `a reply that does not have each index once is refused`(reply: String) async throws {
    let server = try server(reply)
    let text = try model()
    let engine = try RemoteEngine(url: server.url, protocol: "vllm")
    let tokens = try text.tokenize(Self.conversation, options)
    let error = await #expect(throws: TareError.self) {
      try await RemoteModel(engine, text: text).rewards([tokens, tokens])
    }
    #expect(error?.description.contains("each index from 0 to 1 once") == true, "\(error as Any)")
  }

  @Test func `vLLM gets tokens, its model's name, and is told to leave the reward raw`()
    async throws
  {
    let server = try server(
      #"{"data": [{"index": 0, "label": "LABEL_0", "probs": [1.5], "num_classes": 1}]}"#)
    let text = try model()
    let engine = try RemoteEngine(url: server.url, protocol: "vllm")
    let tokens = try text.tokenize(Self.conversation, options)
    for _ in 0..<2 {
      #expect(try await RemoteModel(engine, text: text).rewards([tokens]) == [1.5])
    }
    // The name is asked for once.
    #expect(server.all.map(\.path) == ["/v1/models", "/classify", "/classify"])
    let ids = tokens.ids.map { JSONValue.int(Int($0)) }
    #expect(
      server.all[1].body
        == [
          "model": "org/model", "input": [.array(ids)], "add_special_tokens": false,
          "use_activation": false,
        ])
  }

  @Test func `vLLM gets texts where tokens are not known, apart by their special tokens`()
    async throws
  {
    let server = try CannedServer {
      guard let input = $0.body?["input"]?.array?.compactMap(\.string) else {
        return .reply(status: 404, "")
      }
      let data = input.map { #"{"probs": [\#($0)]}"# }.joined(separator: ", ")
      return .reply(#"{"data": [\#(data)]}"#)
    }
    let engine = try RemoteEngine(url: server.url, protocol: "vllm")
    let texts = [("1", true), ("2", true), ("3", false), ("4", true)].map {
      TokenizedConversation(untokenized: $0.0, addsSpecialTokens: $0.1)
    }
    #expect(try await RemoteModel(engine, text: nil).rewards(texts) == [1, 2, 3, 4])
    let bodies = server.all.compactMap(\.body).filter { $0["input"] != nil }
    #expect(bodies.count == 3)
    #expect(bodies.allSatisfy { $0["model"] == nil })
    for body in bodies {
      #expect(body["add_special_tokens"]?.bool == (body["input"] != ["3"]))
    }
    #expect(Set(texts.map(\.digest)).count == 4)
  }

  @Test func `SGLang gets tokens or texts`() async throws {
    let text = try model()
    let tokens = try text.tokenize(Self.conversation, options)
    let server = try server(
      #"[{"embedding": [-3.25], "meta_info": {"prompt_tokens": \#(tokens.ids.count)}}]"#)
    let engine = try RemoteEngine(url: server.url, protocol: "sglang")
    #expect(try await RemoteModel(engine, text: text).rewards([tokens]) == [-3.25])
    #expect(try await engine.score(texts: ["a"]) == [-3.25])
    #expect(server.all.map(\.path) == ["/classify", "/classify"])
    #expect(server.all[0].body == ["input_ids": [.array(tokens.ids.map { .int(Int($0)) })]])
    #expect(server.all[1].body == ["text": ["a"]])
  }

  @Test func `TEI gets texts without the special tokens that it adds, each in an array`()
    async throws
  {
    let server = try server(#"[[{"score": 0.25, "label": "LABEL_0"}]]"#)
    let engine = try RemoteEngine(url: server.url, protocol: "tei")
    #expect(try await engine.servedModel() == "org/encoder")
    let plain = try model()
    let adding = try model { builder in
      let index = builder.pairs.firstIndex { $0.0 == "tokenizer.ggml.add_bos_token" }
      if let index { builder.pairs[index].2 = [1] }
    }
    for (model, text) in [
      (plain, Self.rendered), (adding, String(Self.rendered.dropFirst("<|im_start|>".count))),
    ] {
      let tokens = try model.tokenize(Self.conversation, options)
      #expect(try await RemoteModel(engine, text: model).rewards([tokens]) == [0.25])
      #expect(server.all.last?.body == ["inputs": [[.string(text)]], "raw_scores": true])
    }
  }

  @Test func `an encoder's pairs go as pairs, and to no protocol that has none`() async throws {
    let deberta = projectFolder.appending(path: "Tests/TareEngineTests/Fixtures/families/deberta")
    let pairs = folder.url.appending(path: "pairs")
    try FileManager.default.copyItem(
      at: URL(filePath: TinyModel.textFolder(in: folder)), to: pairs)
    let config = pairs.appending(path: "config.json")
    try FileManager.default.removeItem(at: config)
    try FileManager.default.copyItem(at: deberta.appending(path: "config.json"), to: config)
    try Data(#"{"bos_token": "<|im_start|>", "tokenizer_class": "PreTrainedTokenizerFast"}"#.utf8)
      .write(to: pairs.appending(path: "tokenizer_config.json"))
    let text = try TextModel(withoutWeights: pairs)
    let server = try server(#"[[{"score": 0.25, "label": "LABEL_0"}]]"#)
    let engine = try RemoteEngine(url: server.url, protocol: "tei")
    let tokens = try text.tokenize(Self.conversation, options)
    #expect(try await RemoteModel(engine, text: text).rewards([tokens]) == [0.25])
    #expect(server.all.last?.body == ["inputs": [["th", "ok"]], "raw_scores": true])
    let error = #expect(throws: TareError.self) {
      try RemoteModel(RemoteEngine(url: server.url, protocol: "vllm"), text: text)
    }
    #expect(error?.exitCode == 64)
    #expect(error?.description.contains("sends pairs (tei") == true)
  }

  @Test func `OpenRLHF gets the text that stands for the tokens`() async throws {
    let server = try server(#"{"rewards": [2]}"#)
    let text = try model()
    let remote = try RemoteModel(RemoteEngine(url: server.url, protocol: "openrlhf"), text: text)
    func sent(_ change: (inout ScoringOptions) -> Void) async throws -> JSONValue? {
      var options = options
      change(&options)
      let tokens = try text.tokenize(Self.conversation, options)
      #expect(try await remote.rewards([tokens]) == [2])
      return server.all.last?.body?["query"]?.array?.first
    }
    #expect(try await sent { _ in } == .string(Self.rendered))
    #expect(try await sent { $0.bos = .strip } == .string(String(Self.rendered.dropFirst(12))))
    // Of a text that is cut what is left goes, not the whole.
    #expect(try await sent { $0.maxTokens = 6 } == "t\nok<|im_end|>\n")
  }

  @Test(arguments: [
    ("vllm", #"{"data": [{"probs": [0.1, 0.9], "num_classes": 2}]}"#, "found 2 values"),
    (
      "vllm", #"{"data": [{"score": 1}]}"#,
      "'probs': expected one value: a model with one label, found null"
    ),
    ("vllm", #"{"detail": "none"}"#, "expected an array 'data', found members detail"),
    ("sglang", #"[{"embedding": [1, 2]}]"#, "found 2 values"),
    (
      "sglang", #"{"embedding": [1]}"#,
      "expected an array with one element per text, found members embedding"
    ),
    ("tei", #"[[{"score": 1}, {"score": 2}]]"#, "found 2 values"),
    ("tei", #"[[{"label": "x"}]]"#, "reward 0: expected a finite number, found null"),
  ])
  func `a reply that is no reward a text is an error`(
    key: String, reply: String, message: String
  ) async throws {
    let server = try server(reply)
    let engine = try RemoteEngine(url: server.url, protocol: key)
    let error = await #expect(throws: TareError.self) { try await engine.score(texts: ["a"]) }
    #expect(error?.exitCode == 69)
    #expect(error?.description.hasPrefix(engine.urls[0]) == true)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func `a folder without weights, of a family that nobody knows, has texts`() throws {
    let texts = try TextModel(withoutWeights: URL(filePath: TinyModel.textFolder(in: folder)))
    let whole = try model()
    for number in 0..<4 {
      let conversation = Conversation(
        prompt: [.user("Question \(number)?")], response: "the \(number) thin things, über")
      #expect(try texts.tokenize(conversation, options) == whole.tokenize(conversation, options))
    }
    #expect(texts.contextLength == 512)
    #expect(throws: TareError.self) {
      try TextModel(URL(filePath: TinyModel.textFolder(in: folder)))
    }
  }
}
