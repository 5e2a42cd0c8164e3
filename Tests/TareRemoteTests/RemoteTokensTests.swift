/// Models that score tokens or steps, as vLLM serves them: by `/pooling`.
import Foundation
import TareCore
import TareRemote
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct RemoteTokensTests {
  private let folder: TemporaryFolder
  private let options: ScoringOptions

  init() throws {
    folder = try TemporaryFolder()
    options = ScoringOptions(readRule: .last, date: try CalendarDate(parsing: "2026-01-31"))
  }

  private static let conversation = Conversation(prompt: [.user("th")], response: "ok")

  /// - Parameter step: the id of the step token of a process reward model.
  private func model(_ architecture: String, step: Int? = nil) throws -> TextModel {
    let path = URL(filePath: try TinyModel.textFolder(in: folder))
    var config: JSONObject = [
      "model_type": "unheard_of", "architectures": [.string(architecture)], "vocab_size": 260,
      "max_position_embeddings": 512,
    ]
    config["step_token_id"] = step.map { .int($0) }
    try Data(JSONValue.object(config).text().utf8).write(to: path.appending(path: "config.json"))
    return try TextModel(withoutWeights: path)
  }

  /// A server without `/classify`, as vLLM has none for these models, that gives these rows.
  private func server(_ rows: @escaping @Sendable (Int) -> String) throws -> CannedServer {
    try CannedServer { request in
      switch request.path {
      case "/v1/models": return .reply(#"{"data": [{"id": "org/model"}]}"#)
      case "/pooling":
        let inputs = request.body?["input"]?.array ?? []
        let data = inputs.enumerated().map { index, input in
          #"{"index": \#(index), "object": "pooling", "data": \#(rows(input.array?.count ?? 3))}"#
        }
        return .reply(#"{"data": [\#(data.joined(separator: ", "))]}"#)
      default: return .reply(status: 404, #"{"detail": "Not Found"}"#)
      }
    }
  }

  @Test(arguments: ["Qwen2ForRewardModel", "InternLM2ForRewardModel"])
  func `the reward of a model that scores tokens is that of the last`(
    architecture: String
  ) async throws {
    let server = try server { "[\((0..<$0).map { "[\($0).5]" }.joined(separator: ", "))]" }
    let text = try model(architecture)
    let remote = try RemoteModel(RemoteEngine(url: server.url, protocol: "vllm"), text: text)
    #expect(remote.readRule == .last)
    let tokens = try text.tokenize(Self.conversation, options)
    #expect(
      try await remote.rewards([tokens, tokens])
        == [Float](repeating: Float(tokens.ids.count) - 0.5, count: 2))
    // It is known from the model that there is no other path.
    #expect(server.all.map(\.path) == ["/v1/models", "/pooling"])
    let ids = JSONValue.array(tokens.ids.map { .int(Int($0)) })
    #expect(
      server.all[1].body
        == [
          "model": "org/model", "input": [ids, ids], "add_special_tokens": false,
          "task": "token_classify", "use_activation": false,
        ])
  }

  @Test func `a process reward model has a probability for each step`() async throws {
    let server = try server { _ in "[[0.75, 0.25], [0.5, 0.5]]" }
    // The end of each turn.
    let text = try model("Qwen2ForProcessRewardModel", step: 2)
    let remote = try RemoteModel(RemoteEngine(url: server.url, protocol: "vllm"), text: text)
    var options = options
    options.readRule = remote.readRule
    #expect(options.readRule == .step(2, .min))
    let tokens = try text.tokenize(Self.conversation, options)
    #expect(try await remote.values([tokens]) == [[0.25, 0.5]])
    #expect(server.all.last?.body?["use_activation"] == true)
    let score = tokens.score([0.25, 0.5])
    #expect(score.value == 0.25)
    #expect(score.steps.map(\.position) == tokens.positions)
  }

  @Test func `a server that gives every token's probabilities is read at the steps`() async throws {
    let server = try server { count in
      "[\((0..<count).map { "[\(1 - Double($0) / 64), \(Double($0) / 64)]" }.joined(separator: ", "))]"
    }
    let text = try model("Qwen2ForProcessRewardModel", step: 2)
    let remote = try RemoteModel(RemoteEngine(url: server.url, protocol: "vllm"), text: text)
    var options = options
    options.readRule = remote.readRule
    let tokens = try text.tokenize(Self.conversation, options)
    #expect(try await remote.values([tokens]) == [tokens.positions.map { Float($0) / 64 }])
  }

  @Test(arguments: [
    ("Qwen2ForProcessRewardModel", "[]", "found 0 values"),
    (
      "Qwen2ForProcessRewardModel", "[[0.5, 0.5]]",
      "expected 2, one per token 2 of the text…, found 1 values"
    ),
    ("Qwen2ForProcessRewardModel", "[[0.5, 0.9], [0.5, 0.5]]", "the probabilities of two labels"),
    ("Qwen2ForProcessRewardModel", "[[0.5, 0.5], [0.5]]", "found 1 values"),
    ("Qwen2ForRewardModel", "[[1.5], [2.5]]", "expected one, or …, found 2 values"),
    ("Qwen2ForRewardModel", "[]", "found 0 values"),
    ("Qwen2ForRewardModel", "[[0.5, 0.5], [0.5, 0.5]]", "the steps of a process reward model"),
    ("Qwen2ForRewardModel", "[[1, 2, 3]]", "found 3 values"),
    ("Qwen2ForRewardModel", "[[\"a\"]]", "a finite number"),
    ("Qwen2ForRewardModel", "\"AACgQA==\"", "an array with one row per token"),
  ])
  func `rows that are not those of the text are an error`(
    architecture: String, rows: String, message: String
  ) async throws {
    let server = try server { _ in rows }
    let text = try model(architecture, step: architecture.contains("Process") ? 2 : nil)
    let remote = try RemoteModel(RemoteEngine(url: server.url, protocol: "vllm"), text: text)
    var options = options
    options.readRule = remote.readRule
    let tokens = try text.tokenize(Self.conversation, options)
    let error = await #expect(throws: TareError.self) { try await remote.values([tokens]) }
    #expect(error?.exitCode == 69)
    #expect(error?.description.shows(message) == true, "\(error?.description ?? "")")
  }

  /// Without a model nobody knows before.
  @Test func `a server that has no classify is asked by pooling, from then on`() async throws {
    let server = try server { _ in "[[1], [2], [3]]" }
    let engine = try RemoteEngine(url: server.url, protocol: "vllm")
    #expect(try await engine.score(texts: ["a"]) == [3])
    #expect(try await engine.score(texts: ["b"]) == [3])
    #expect(
      server.all.map(\.path) == ["/v1/models", "/classify", "/pooling", "/pooling"])
    let nothing = try CannedServer { _ in .reply(status: 404, "nothing") }
    let error = await #expect(throws: TareError.self) {
      try await RemoteEngine(url: nothing.url, protocol: "vllm").score(texts: ["a"])
    }
    #expect(error?.description.contains("/classify does not score: status 404") == true)
  }

  @Test func `an address that ends with pooling is taken as it is`() async throws {
    let server = try server { _ in "[[1], [2], [3]]" }
    let engine = try RemoteEngine(url: server.url + "/pooling", protocol: "vllm")
    #expect(try await engine.score(texts: ["a"]) == [3])
    #expect(server.all.map(\.path) == ["/v1/models", "/pooling"])
  }

  @Test func `LLaMA-Factory's server gets rendered texts`() async throws {
    let server = try CannedServer {
      $0.path == "/v1/models" ? .reply(status: 404, "") : .reply(#"{"scores": [0.5, 1.5]}"#)
    }
    let engine = try RemoteEngine(url: server.url, protocol: "llamafactory")
    #expect(try await engine.score(texts: ["a", "b"]) == [0.5, 1.5])
    #expect(server.all.last?.path == "/v1/score/evaluation")
    #expect(server.all.last?.body == ["model": "model", "messages": ["a", "b"]])
  }

  @Test func `Infinity gets documents, but none that it would strip`() async throws {
    let server = try CannedServer {
      $0.path == "/models"
        ? .reply(#"{"data": [{"id": "org/reranker"}]}"#)
        : .reply(
          #"{"results": [{"index": 1, "relevance_score": 2.5}, {"index": 0, "relevance_score": -1}]}"#
        )
    }
    let remote = try RemoteModel(RemoteEngine(url: server.url, protocol: "infinity"), text: nil)
    func texts(_ texts: String...) -> [TokenizedConversation] {
      texts.map { TokenizedConversation(untokenized: $0, addsSpecialTokens: true) }
    }
    #expect(try await remote.rewards(texts("a", "b")) == [-1, 2.5])
    #expect(
      server.all.last?.body
        == ["model": "org/reranker", "query": "", "documents": ["a", "b"], "raw_scores": true])
    let error = await #expect(throws: TareError.self) { try await remote.rewards(texts("a\n")) }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("white space at an end") == true)
  }

  @Test(arguments: ["sglang", "tei", "openrlhf", "llamafactory", "infinity", "llamacpp"])
  func `messages go to no protocol that has none`(key: String) async throws {
    let engine = try RemoteEngine(url: "http://127.0.0.1:1", protocol: key)
    #expect(!engine.takesMessages)
    let chat = TokenizedConversation(
      unrendered: ["messages": [["role": "user", "content": "q"]]], response: "")
    let error = await #expect(throws: TareError.self) {
      try await RemoteModel(engine, text: nil).rewards([chat])
    }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("messages that are not rendered") == true)
  }
}
