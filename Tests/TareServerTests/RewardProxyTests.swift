/// `tare serve --engine`: rewards of engines elsewhere, calibrated and kept.
import Foundation
import Hummingbird
import TareCore
import TarePipeline
import TareRemote
import TareScoring
import TareServer
import TareServing
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(5))) struct RewardProxyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func texts() throws -> ScoringSettings {
    var settings = ScoringSettings(model: try TinyModel.textFolder(in: folder))
    settings.date = "2026-01-31"
    return settings
  }

  private func proxy(
    _ url: String, _ key: String = "openrlhf", hasTexts: Bool = true, calibration: String? = nil,
    cache: Int = 0
  ) throws -> RewardService {
    try RewardService(
      engine: EngineSettings(urls: [url], protocol: key), texts: hasTexts ? texts() : nil,
      calibration: calibration, cache: cache)
  }

  /// A calibration of scores that rise with length.
  private func calibration() throws -> String {
    let rows = (0..<60).map { "\($0),\(Double($0 % 20) * 0.5),\($0 % 20 * 10)\n" }.joined()
    var request = CalibrateRequest(
      source: ScoreSource(
        .file(try folder.file("s.csv", Data(("id,score,length\n" + rows).utf8)))))
    request.settings.method = "lowess"
    request.covariates = ["length"]
    request.save = folder.path("calibration.json")
    _ = try Pipeline().calibrate(request)
    return folder.path("calibration.json")
  }

  /// Infinity strips texts, and these end with a line feed; llama.cpp takes pairs alone.
  @Test(arguments: RemoteEngines.registry.keys.filter { !["infinity", "llamacpp"].contains($0) })
  func `an engine's rewards come through, of texts, tokens and conversations`(
    key: String
  ) async throws {
    let tiny = try TinyReward()
    let conversations = (0..<20).map(TinyReward.conversation)
    let samples = try conversations.map(tiny.rendered)
    let wanted = samples.map { Double($0.reward) }
    try await withServer(tiny.service) { url, _ in
      let proxy = try proxy(url, key)
      let tokens = try samples.map {
        ServedText.tokens(try tiny.service.model.tokenize(.rendered($0.text)).ids)
      }
      for texts in [
        samples.map { .rendered($0.text) }, tokens, conversations.map { .conversation($0) },
      ] {
        expectClose(try await proxy.rewards(texts).map(\.value), wanted, tolerance: 1e-5)
      }
      let plain = try self.proxy(url, key, hasTexts: false)
      let rewards = try await plain.rewards(samples.map { .rendered($0.text) })
      expectClose(rewards.map(\.value), wanted, tolerance: 1e-5)
    }
  }

  @Test func `it calibrates as a server with the model does`() async throws {
    let tiny = try TinyReward()
    let path = try calibration()
    let local = RewardService(tiny.service.model, calibration: try ServedCalibration(path))
    let conversations = (0..<12).map(TinyReward.conversation)
    let texts = try conversations.map { ServedText.rendered(try tiny.rendered($0).text) }
    let wanted = try await local.rewards(texts).map(\.value)
    try await withServer(tiny.service) { url, _ in
      let proxy = try self.proxy(url, calibration: path, cache: 100)
      for _ in 0..<2 {
        expectClose(try await proxy.rewards(texts).map(\.value), wanted, tolerance: 1e-5)
      }
      expectClose(
        try await proxy.rewards(conversations.map { .conversation($0) }).map(\.value), wanted,
        tolerance: 1e-5)
    }
    #expect(try await tiny.service.rewards(texts).map(\.value) != wanted)
  }

  @Test func `without a model nothing is measured on a response`() throws {
    let path = try calibration()
    let error = #expect(throws: TareError.self) {
      try self.proxy("http://127.0.0.1:1", hasTexts: false, calibration: path)
    }
    #expect(error?.exitCode == 64)
    #expect(error?.description.contains("requires --model with --engine") == true)
  }

  @Test func `a text that was asked for lately is not sent again`() async throws {
    let server = try CannedServer { .numbers($0.texts) }
    let service = try proxy(server.url, hasTexts: false, cache: 3)
    func ask(_ texts: String...) async throws {
      let rewards = try await service.rewards(texts.map { .rendered($0) })
      #expect(rewards.map(\.value) == texts.map { Double($0) })
    }
    try await ask("1", "2", "1")
    #expect(server.requests == [["1", "2"]])
    try await ask("2", "1")
    try await ask("3")
    #expect(server.requests == [["1", "2"], ["3"]])
    // 2 was asked for longest ago.
    try await ask("1", "3", "4")
    try await ask("1", "3", "4")
    #expect(server.requests == [["1", "2"], ["3"], ["4"]])
    try await ask("2")
    #expect(server.requests.last == ["2"])
    try await ask("1")
    #expect(server.requests.count == 5)
    #expect(service.model.cacheCounts?.entries == 3)
    try await buildApplication(service).test(.router) { client in
      try await client.execute(uri: "/metrics", method: .get) { response in
        let text = String(buffer: response.body)
        // 1, 2 and 1 again, 3, 4, 2, 1 were not there.
        #expect(text.contains("\ntare_cache_misses_total 7\n"))
        #expect(text.contains("\ntare_cache_hits_total 7\n"))
        #expect(text.contains("\ntare_cache_entries 3\n"))
      }
    }
  }

  @Test func `rewards are the same after many more texts than are kept`() async throws {
    let server = try CannedServer { .numbers($0.texts) }
    let service = try proxy(server.url, hasTexts: false, cache: 50)
    var generator = SplitMix(state: 3)
    for _ in 0..<40 {
      let texts = (0..<30).map { _ in "\(Int.random(in: 0..<120, using: &generator))" }
      let rewards = try await service.rewards(texts.map { .rendered($0) })
      #expect(rewards.map(\.value) == texts.map { Double($0) })
    }
    #expect(service.model.cacheCounts?.entries == 50)
    #expect(server.requests.joined().count < 1200)
  }

  @Test func `with no cache every text is sent, equal ones of a request once`() async throws {
    let server = try CannedServer { .numbers($0.texts) }
    let service = try proxy(server.url, hasTexts: false)
    for _ in 0..<2 {
      let rewards = try await service.rewards(["5", "5", "6"].map { .rendered($0) })
      #expect(rewards.map(\.value) == [5, 5, 6])
    }
    #expect(server.requests == [["5", "6"], ["5", "6"]])
    #expect(service.model.cacheCounts == nil)
  }

  @Test func `what needs a template is refused where there is none`() async throws {
    let service = try proxy("http://127.0.0.1:1", hasTexts: false)
    try await buildApplication(service).test(.router) { client in
      for (path, body) in [
        ("/classify", #"{"messages": [{"role": "user", "content": "a"}]}"#),
        ("/classify", #"{"input": [1, 2, 3]}"#),
        ("/rerank", #"{"query": "a", "documents": ["b"]}"#),
        ("/predict", #"{"inputs": ["a", "b"]}"#),
        ("/reward", #"{"prompt": "a", "response": "b"}"#),
      ] {
        try await client.execute(uri: path, method: .post, body: ByteBuffer(string: body)) {
          response in
          #expect(response.status == .badRequest, "\(path)")
          #expect(
            String(buffer: response.body).contains("has neither template nor tokenizer"), "\(path)")
        }
      }
    }
  }

  /// vLLM renders messages and takes tokens, one conversation a request.
  @Test func `without a model vLLM gets messages and tokens as they are`() async throws {
    let server = try CannedServer {
      $0.path == "/classify" ? .reply(#"{"data": [{"probs": [1.5]}]}"#) : .reply(status: 404, "")
    }
    let service = try proxy(server.url, "vllm", hasTexts: false, cache: 10)
    let tool = #"{"type": "function", "function": {"name": "f"}}"#
    let messages = #"[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]"#
    try await buildApplication(service).test(.router) { client in
      for body in [
        #"{"messages": \#(messages), "tools": [\#(tool)], "use_activation": false}"#,
        #"{"messages": \#(messages), "use_activation": false}"#,
        #"{"messages": \#(messages), "chat_template_kwargs": {"x": 1}, "use_activation": false}"#,
        #"{"messages": \#(messages), "add_generation_prompt": true, "use_activation": false}"#,
        #"{"messages": \#(messages), "use_activation": false}"#,
        #"{"input": [5, 6, 7], "use_activation": false}"#,
      ] {
        try await client.execute(uri: "/classify", method: .post, body: ByteBuffer(string: body)) {
          response in
          #expect(response.status == .ok)
          #expect(String(buffer: response.body).contains("1.5"))
        }
      }
    }
    let asked = server.all.compactMap(\.body).filter { $0["use_activation"] != nil }
    // The same messages again are known; others, by whatever member, are not.
    #expect(asked.count == 5)
    #expect(asked[0]["chat_template_kwargs"] == ["tools": try JSONValue(parsing: "[\(tool)]")])
    #expect(asked[1]["chat_template_kwargs"] == nil)
    #expect(asked[1]["messages"] == (try JSONValue(parsing: messages)))
    #expect(asked[2]["chat_template_kwargs"] == ["x": 1])
    #expect(asked[3]["add_generation_prompt"] == true)
    #expect(asked[4]["input"] == [[5, 6, 7]])
    #expect(asked.allSatisfy { $0["use_activation"] == false })
  }

  @Test func `what only a tokenizer can do is refused without a model`() async throws {
    let service = try proxy("http://127.0.0.1:1", "vllm", hasTexts: false)
    try await buildApplication(service).test(.router) { client in
      for (path, body) in [
        ("/classify", #"{"input": "a", "truncate_prompt_tokens": 5}"#),
        ("/rerank", #"{"query": "a", "documents": ["b"], "max_tokens_per_doc": 5}"#),
        ("/reward", #"{"prompt": "a", "response": "b"}"#),
      ] {
        try await client.execute(uri: path, method: .post, body: ByteBuffer(string: body)) {
          #expect($0.status == .badRequest, "\(path)")
        }
      }
    }
  }

  @Test func `the steps of a process reward model elsewhere are kept and given again`() async throws
  {
    let server = try CannedServer {
      $0.path == "/pooling"
        ? .reply(#"{"data": [{"data": [[0.25, 0.75], [0.5, 0.5]]}]}"#) : .reply(status: 404, "")
    }
    var settings = try texts()
    let config = URL(filePath: settings.model).appending(path: "config.json")
    try Data(
      #"{"architectures": ["Qwen2ForProcessRewardModel"], "vocab_size": 260, "model_type": "x", "max_position_embeddings": 512, "step_token_id": 2}"#
        .utf8
    ).write(to: config)
    settings.stepsToScore = "product"
    let service = try RewardService(
      engine: EngineSettings(urls: [server.url], protocol: "vllm"), texts: settings, cache: 10)
    let conversation = Conversation(prompt: [.user("q")], response: "a")
    for _ in 0..<2 {
      let reward = try await service.rewards([.conversation(conversation)])[0]
      #expect(reward.value == 0.375)
      #expect(reward.score.steps.map(\.value) == [0.75, 0.5])
    }
    #expect(server.all.filter { $0.path == "/pooling" }.count == 1)
  }

  @Test func `engines that are down are told of in each protocol's own form`() async throws {
    let dead = try CannedServer { _ in .close }.url
    let service = try proxy(dead, hasTexts: false, cache: 10)
    try await buildApplication(service).test(.router) { client in
      try await client.execute(uri: "/health", method: .get) { #expect($0.status == .ok) }
      try await client.execute(uri: "/ready", method: .get) {
        #expect($0.status == .serviceUnavailable)
      }
      let forms: [(String, String, @Sendable (JSONValue) -> String?)] = [
        ("/get_reward", #"{"query": ["a"]}"#, { $0["error"]?["message"]?.string }),
        ("/classify", #"{"input": "a"}"#, { $0["error"]?["message"]?.string }),
        ("/classify", #"{"text": "a"}"#, { $0["message"]?.string }),
        ("/predict", #"{"inputs": "a"}"#, { $0["error"]?.string }),
      ]
      for (path, body, message) in forms {
        try await client.execute(uri: path, method: .post, body: ByteBuffer(string: body)) {
          response in
          #expect(response.status == .badGateway)
          let said = message(try JSONValue(parsing: String(buffer: response.body)))
          #expect(said?.contains("\(dead)/get_reward gave no answer in 3 attempts") == true)
        }
      }
    }
  }

  @Test func `an engine that comes up later is found, and one that refuses fails one text`()
    async throws
  {
    let server = try CannedServer {
      if $0.path == "/health" { return .reply(status: $0.number == 0 ? 503 : 200, "") }
      if $0.number == 1 { return .reply(status: 503, "loading") }
      return $0.texts.contains("bad")
        ? .reply(status: 422, "too long") : .numbers($0.texts)
    }
    let service = try proxy(server.url, hasTexts: false)
    #expect(await service.isReady() == false)
    #expect(try await service.rewards([.rendered("1")]).map(\.value) == [1])
    #expect(await service.isReady())
    let error = await #expect(throws: TareError.self) {
      try await service.rewards([.rendered("1"), .rendered("bad")])
    }
    #expect(error?.exitCode == 65)
    #expect(error?.description.hasPrefix("text 1, \(server.url)") == true)
    #expect(error?.description.contains("too long") == true)
  }

  @Test func `clients do not wait for each other, but engines get no more than their share`()
    async throws
  {
    let gate = Gate(4)
    let server = try CannedServer {
      gate.pass()
      return .late(.milliseconds(20), .numbers($0.texts))
    }
    let service = try proxy(server.url, hasTexts: false)
    try await withThrowingTaskGroup { group in
      for number in 0..<60 {
        group.addTask {
          let rewards = try await service.rewards([.rendered("\(number)")])
          #expect(rewards.map(\.value) == [Double(number)])
        }
      }
      try await group.waitForAll()
    }
    #expect(server.mostAtOnce == 4)
    // Texts that wait are sent together.
    #expect(server.requests.count < 30)
  }

  @Test func `it says what its engine serves, and nothing where that does not say`() async throws {
    let silent = try CannedServer { _ in .reply(status: 404, "") }
    let server = try CannedServer { _ in
      .reply(#"{"data": [{"id": "org/large", "calibration": "lowess length 12"}]}"#)
    }
    for (url, ids) in [
      (silent.url, []), (server.url, ["org/large, calibrated by lowess length 12"]),
    ] {
      try await buildApplication(proxy(url)).test(.router) { client in
        try await client.execute(uri: "/v1/models", method: .get) { response in
          let data = try JSONValue(parsing: String(buffer: response.body))["data"]?.array
          #expect(data?.compactMap { $0["id"]?.string } == ids)
        }
      }
    }
  }
}
