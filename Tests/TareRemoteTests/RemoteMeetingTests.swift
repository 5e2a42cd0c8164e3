/// What is found out of engines before a run, and after they were gone.
import Foundation
import Synchronization
import TareCore
import TareRemote
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct RemoteMeetingTests {
  private let folder: TemporaryFolder
  private let options: ScoringOptions

  init() throws {
    folder = try TemporaryFolder()
    options = ScoringOptions(readRule: .last, date: try CalendarDate(parsing: "2026-01-31"))
  }

  private static let conversation = Conversation(prompt: [.user("th")], response: "ok")

  private func model(addsBOS: Bool = false) throws -> TextModel {
    var builder = TinyModel.builder()
    let index = builder.pairs.firstIndex { $0.0 == "tokenizer.ggml.add_bos_token" }
    if addsBOS, let index { builder.pairs[index].2 = [1] }
    return try TextModel(
      withoutWeights: URL(filePath: folder.file("tiny.gguf", Data(builder.file))))
  }

  /// A vLLM of one model.
  ///
  /// - Parameters:
  ///   - bias: what it adds to every reward, the number of tokens it has read.
  ///   - takesIDs: false for versions before 0.15.1, which also put a BOS around every text.
  ///   - text: its tokenizer.
  private func vllm(
    _ text: TextModel, bias: @escaping @Sendable (Int) -> Double = { _ in 0 },
    takesIDs: Bool = true, shiftsTokens: Bool = false
  ) throws -> CannedServer {
    try CannedServer { [options] request in
      switch request.path {
      case "/v1/models":
        return .reply(#"{"data": [{"id": "org/model", "max_model_len": 40}]}"#)
      case "/tokenize":
        guard let prompt = request.body?["prompt"]?.string,
          let ids = try? text.tokenize(rendered: prompt, options).ids
        else { return .reply(status: 400, "{}") }
        let said = ids.map { shiftsTokens ? $0 + 1 : $0 }
        return .reply(#"{"count": \#(said.count), "tokens": \#(said)}"#)
      default: break
      }
      var data: [String] = []
      var read = 0
      for (index, input) in (request.body?["input"]?.array ?? []).enumerated() {
        var count = input.array?.count ?? 0
        if let sent = input.string {
          // With a BOS in any case.
          count = ((try? text.tokenize(rendered: sent, options).ids.count) ?? 0) + 1
        } else if !takesIDs {
          return .reply(status: 400, #"{"error": {"message": "input should be a string"}}"#)
        }
        read += count
        data.append(#"{"index": \#(index), "probs": [\#(Double(count) + bias(request.number))]}"#)
      }
      return .reply(
        #"{"data": [\#(data.joined(separator: ", "))], "usage": {"prompt_tokens": \#(read)}}"#)
    }
  }

  private func remote(
    _ urls: [String], _ text: TextModel, _ change: (inout RemoteOptions) -> Void = { _ in }
  ) throws -> RemoteModel {
    var options = RemoteOptions()
    options.firstPause = .milliseconds(1)
    options.longestPause = .milliseconds(20)
    change(&options)
    return try RemoteModel(RemoteEngine(urls: urls, protocol: "vllm", options), text: text)
  }

  @Test func `name, limit and the rewards of a few texts are asked for first`() async throws {
    let text = try model()
    let server = try vllm(text)
    let remote = try remote([server.url], text)
    let identity = try await remote.meet(options)
    #expect(identity.name == "org/model")
    #expect(identity.probes.count == 3)
    #expect(remote.tokenLimit == 40)
    #expect(server.all.map(\.path) == ["/v1/models", "/tokenize", "/classify", "/classify"])
    let tokens = try text.tokenize(Self.conversation, options)
    #expect(try await remote.rewards([tokens]) == [Float(tokens.ids.count)])
    #expect(server.all.count == 5)
    #expect(server.all.last?.body?["input"]?.array?.first?.array?.count == tokens.ids.count)
  }

  @Test func `another tokenizer is refused`() async throws {
    let text = try model()
    let server = try vllm(text, shiftsTokens: true)
    let error = await #expect(throws: TareError.self) {
      try await remote([server.url], text).meet(options)
    }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("/tokenize: expected the tokenizer") == true)
    #expect(!server.all.contains { $0.path == "/classify" })
  }

  /// vLLM before 0.15.1.
  @Test func `a server that takes no tokens gets texts, with one BOS`() async throws {
    let text = try model(addsBOS: true)
    let server = try vllm(text, takesIDs: false)
    let remote = try remote([server.url], text)
    _ = try await remote.meet(options)
    let tokens = try text.tokenize(Self.conversation, options)
    #expect(try await remote.rewards([tokens]) == [Float(tokens.ids.count)])
    let sent = try #require(server.all.last?.body)
    #expect(
      sent["input"] == ["user\nth<|im_end|>\n<|im_start|>assistant\nok<|im_end|>\n"])
    #expect(sent["add_special_tokens"] == true)
  }

  /// As `tare serve --engine` finds it, which asks nothing beforehand.
  @Test func `the form of texts is found with the first of them`() async throws {
    let text = try model(addsBOS: true)
    let server = try vllm(text, takesIDs: false)
    let remote = try remote([server.url], text)
    let tokens = try text.tokenize(Self.conversation, options)
    for _ in 0..<2 { #expect(try await remote.rewards([tokens]) == [Float(tokens.ids.count)]) }
    #expect(server.all.filter { $0.path == "/classify" }.count == 4)
  }

  @Test func `a server that reads other tokens than were sent is refused`() async throws {
    let server = try CannedServer { request in
      .reply(#"{"data": [{"index": 0, "probs": [1]}], "usage": {"prompt_tokens": 3}}"#)
    }
    let text = try model()
    let tokens = try text.tokenize(Self.conversation, options)
    let error = await #expect(throws: TareError.self) {
      try await remote([server.url], text).rewards([tokens])
    }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("3 tokens read") == true)
  }

  @Test func `engines that differ by a bias are told apart`() async throws {
    let text = try model()
    let first = try vllm(text)
    let second = try vllm(text, bias: { _ in -0.5 })
    let remote = try remote([first.url, second.url], text)
    let error = await #expect(throws: TareError.self) { try await remote.meet(options) }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("random at each start") == true)
  }

  @Test func `an engine that comes back with another model ends the run`() async throws {
    let text = try model()
    let isNew = Mutex(false)
    let isDown = Mutex(false)
    let server = try CannedServer { request in
      if isDown.withLock({ down in
        defer { down = false }
        return down
      }) {
        isNew.withLock { $0 = true }
        return .close
      }
      guard request.path == "/classify" else { return .reply(status: 404, "") }
      let count = request.body?["input"]?.array?.count ?? 0
      let value = isNew.withLock { $0 } ? 2.5 : 2.25
      let row = #"{"probs": [\#(value)]}"#
      return .reply(
        #"{"data": [\#(Array(repeating: row, count: count).joined(separator: ", "))]}"#)
    }
    let notices = Mutex<[String]>([])
    let remote = try remote([server.url], text) {
      $0.notice = { notice in notices.withLock { $0.append(notice) } }
    }
    _ = try await remote.meet(options)
    let tokens = try text.tokenize(Self.conversation, options)
    #expect(try await remote.rewards([tokens]) == [2.25])
    isDown.withLock { $0 = true }
    let error = await #expect(throws: TareError.self) { try await remote.rewards([tokens]) }
    #expect(error?.description.contains("random at each start") == true)
    #expect(remote.engine.returns == 1)
    #expect(notices.withLock { $0 }.isEmpty)
  }

  @Test func `patience outlasts the attempts, and both ends of a silence are told`() async throws {
    let server = try CannedServer {
      $0.number < 5 ? .reply(status: 503, "loading") : .numbers($0.texts)
    }
    let notices = Mutex<[String]>([])
    var options = RemoteOptions()
    options.firstPause = .milliseconds(1)
    options.longestPause = .milliseconds(2)
    options.attempts = 2
    // Beside tests that compute, an attempt may take seconds.
    options.patience = .seconds(600)
    options.notice = { notice in notices.withLock { $0.append(notice) } }
    let engine = try RemoteEngine(urls: [server.url], protocol: "openrlhf", options)
    #expect(try await engine.score([RemoteText("7")]) == [7])
    #expect(
      notices.withLock { $0 } == [
        "\(server.url)/get_reward does not answer: status 503: loading; asked again for 600 s",
        "\(server.url)/get_reward answers again",
      ])
    options.patience = .milliseconds(50)
    let dead = try CannedServer { _ in .close }
    let silent = try RemoteEngine(urls: [dead.url], protocol: "openrlhf", options)
    let error = await #expect(throws: TareError.self) { try await silent.score([RemoteText("7")]) }
    #expect(error?.exitCode == 69)
    #expect(dead.requests.count >= options.attempts)
  }

  @Test(arguments: [
    (OutputChoice.index(1), Float(0.5)), (.weights([1, 2, -1]), -1), (.index(0), -1),
  ])
  func `one of several labels, or a weighted sum of them, is the reward`(
    choice: OutputChoice, wanted: Float
  ) async throws {
    for (key, reply) in [
      ("vllm", #"{"data": [{"index": 0, "probs": [-1, 0.5, 1]}]}"#),
      ("sglang", #"[{"embedding": [-1, 0.5, 1]}]"#),
    ] {
      let server = try CannedServer {
        $0.path == "/classify" ? .reply(reply) : .reply(status: 404, "")
      }
      var options = RemoteOptions()
      options.output = choice
      let engine = try RemoteEngine(urls: [server.url], protocol: key, options)
      #expect(try await engine.score([RemoteText("a")]) == [wanted])
    }
  }

  @Test(arguments: [OutputChoice.index(3), .index(-1), .weights([1, 2]), .margin])
  func `an output that the model does not have is refused`(choice: OutputChoice) async throws {
    let server = try CannedServer { _ in .reply(#"{"data": [{"probs": [-1, 0.5, 1]}]}"#) }
    var options = RemoteOptions()
    options.output = choice
    let engine = try RemoteEngine(urls: [server.url], protocol: "vllm", options)
    let error = await #expect(throws: TareError.self) { try await engine.score([RemoteText("a")]) }
    #expect(error?.description.contains("3 values") == true)
  }

  @Test func `what refuses a key or a model's name is named`() async throws {
    var options = RemoteOptions()
    (options.keySource, options.modelSource) = ("--engine-key-file", "--engine-model")
    for (status, body, words) in [
      (401, #"{"error": "Unauthorized"}"#, "is --engine-key-file missing or wrong?"),
      (403, "no", "is --engine-key-file missing or wrong?"),
      (
        404, #"{"error": {"message": "The model `x` does not exist."}}"#,
        "is --engine-model right?"
      ),
    ] {
      let server = try CannedServer { _ in .reply(status: status, body) }
      let engine = try RemoteEngine(urls: [server.url], protocol: "openrlhf", options)
      let error = await #expect(throws: TareError.self) {
        try await engine.score([RemoteText("a")])
      }
      #expect(error?.exitCode == 69)
      #expect(error?.description.contains(words) == true, "\(error as Any)")
      guard status != 404 else { continue }
      // An engine that wants a key is not one that does not say what it serves.
      let named = await #expect(throws: TareError.self) { try await engine.servedModel() }
      #expect(named?.description.contains(words) == true)
    }
  }

  @Test func `llama.cpp gets a query with its documents`() async throws {
    let text = try pairs()
    let tokens = try text.tokenize(Self.conversation, options)
    let count = 2 * tokens.ids.count
    let server = try CannedServer {
      $0.path == "/v1/rerank"
        ? .reply(
          #"{"results": [{"index": 1, "relevance_score": 2.5}, {"index": 0, "relevance_score": -1}], "usage": {"prompt_tokens": \#(count)}}"#
        ) : .reply(status: 404, "")
    }
    let remote = try RemoteModel(
      RemoteEngine(urls: [server.url], protocol: "llamacpp"), text: text)
    #expect(try await remote.rewards([tokens, tokens]) == [-1, 2.5])
    #expect(server.all.last?.body == ["query": "th", "documents": ["ok", "ok"]])
    let alone = TokenizedConversation(untokenized: "a", addsSpecialTokens: true)
    let error = await #expect(throws: TareError.self) { try await remote.rewards([alone]) }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("a query and a document") == true)
  }

  /// A folder of an encoder that reads pairs.
  private func pairs() throws -> TextModel {
    let deberta = projectFolder.appending(path: "Tests/TareEngineTests/Fixtures/families/deberta")
    let pairs = folder.url.appending(path: "pairs")
    try FileManager.default.copyItem(
      at: URL(filePath: TinyModel.textFolder(in: folder)), to: pairs)
    let config = pairs.appending(path: "config.json")
    try FileManager.default.removeItem(at: config)
    try FileManager.default.copyItem(at: deberta.appending(path: "config.json"), to: config)
    try Data(#"{"bos_token": "<|im_start|>", "tokenizer_class": "PreTrainedTokenizerFast"}"#.utf8)
      .write(to: pairs.appending(path: "tokenizer_config.json"))
    return try TextModel(withoutWeights: pairs)
  }

  @Test func `an identity is found again but for rounding`() throws {
    let first = EngineIdentity(name: "m", probes: [0.5, -1.25, 3])
    let part = try #require(first.part)
    let rules = ["as vllm serves it", "as vllm serves it;\(part)", "x;probe:nan,a", "probe:1"]
    // Rounding goes up and down.
    #expect(EngineIdentity(name: "m", probes: [0.505, -1.255, 3.001]).known(in: rules) == first)
    // SGLang's random biases move all alike.
    #expect(EngineIdentity(name: "m", probes: [0.55, -1.2, 3.05]).known(in: rules) == nil)
    #expect(EngineIdentity(name: "m", probes: [0.5, -1.25]).known(in: rules) == nil)
    #expect(EngineIdentity(name: "m", probes: []).part == nil)
  }
}
