/// The client of judges, against servers that work and servers that do not.
import TareCore
import TareRemote
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct JudgeEngineTests {
  private static var impatient: RemoteOptions {
    var options = RemoteOptions()
    options.attempts = 3
    options.firstPause = .milliseconds(1)
    options.model = "m"
    return options
  }

  private func engine(
    _ url: String, _ options: RemoteOptions = impatient
  ) throws -> JudgeEngine {
    try JudgeEngine(urls: [url], protocol: "openai", options)
  }

  private var request: JSONObject {
    get throws {
      let wire = try ChatProtocols.registry.entry(for: "openai")
      return wire.request(
        [["role": "user", "content": "Hi"]], model: "m", ChatOptions())
    }
  }

  private static let good = #"{"choices":[{"message":{"content":"8"},"finish_reason":"stop"}]}"#

  @Test(arguments: ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
  func `the path is added to what the address lacks of it`(end: String) async throws {
    let server = try CannedServer { _ in .reply(Self.good) }
    let engine = try engine(server.url + end)
    #expect(engine.urls == [server.url + "/v1/chat/completions"])
    _ = try await engine.reply(to: request)
    #expect(server.all.map(\.path) == ["/v1/chat/completions"])
  }

  @Test func `a request says what is asked and how`() throws {
    let wire = try ChatProtocols.registry.entry(for: "openai")
    var options = ChatOptions()
    options.maxTokens = 7
    options.members = ["max_tokens": .null, "max_completion_tokens": 7]
    let text = JSONValue.object(wire.request([], model: "m", options)).text()
    #expect(
      text
        == #"{"model":"m","messages":[],"temperature":0.0,"seed":1,"logprobs":true,"top_logprobs":20,"max_completion_tokens":7}"#
    )
  }

  @Test func `the only model that is listed is the model`() async throws {
    var options = Self.impatient
    options.model = nil
    let one = try CannedServer { _ in .reply(#"{"data":[{"id":"org/judge"}]}"#) }
    #expect(try await engine(one.url, options).model() == "org/judge")
    let two = try CannedServer { _ in .reply(#"{"data":[{"id":"a"},{"id":"b"}]}"#) }
    let several = await #expect(throws: TareError.self) {
      try await engine(two.url, options).model()
    }
    #expect(several?.description.contains("serves 2 models") == true)
    let none = try CannedServer { _ in .reply(status: 404, "") }
    await #expect(throws: TareError.self) { try await engine(none.url, options).model() }
  }

  @Test func `a busy server is asked again, and every request counts`() async throws {
    let server = try CannedServer {
      $0.number < 2 ? .reply(status: 429, headers: ["Retry-After": "0"], "") : .reply(Self.good)
    }
    let engine = try engine(server.url)
    _ = try await engine.reply(to: request)
    #expect(engine.sent == 3)
  }

  @Test func `no more requests are sent than are allowed, failed ones included`() async throws {
    let server = try CannedServer { _ in .reply(status: 503, "") }
    var options = Self.impatient
    options.maxRequests = 2
    let engine = try engine(server.url, options)
    let error = await #expect(throws: TareError.self) { try await engine.reply(to: request) }
    #expect(error == .interrupted("the limit of 2 requests is reached"))
    #expect(server.all.count == 2)
  }

  @Test func `a server that refuses log-probabilities is asked without them`() async throws {
    let server = try CannedServer {
      $0.body?["logprobs"] == nil
        ? .reply(Self.good) : .reply(status: 400, #"{"error":"logprobs is not supported"}"#)
    }
    let engine = try engine(server.url)
    #expect(!engine.hasNoLogProbabilities)
    _ = try await engine.reply(to: request)
    #expect(engine.hasNoLogProbabilities)
    _ = try await engine.reply(to: request)
    #expect(server.all.map { $0.body?["logprobs"] != nil } == [true, false, false])
  }

  @Test func `other refusals are errors of the request`() async throws {
    let server = try CannedServer { _ in .reply(status: 400, "context length exceeded") }
    let error = await #expect(throws: TareError.self) {
      try await engine(server.url).reply(to: request)
    }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("context length exceeded") == true)
    let locked = try CannedServer { _ in .reply(status: 401, "no key") }
    let denied = await #expect(throws: TareError.self) {
      try await engine(locked.url).reply(to: request)
    }
    #expect(denied?.exitCode == 69)
    #expect(denied?.description.contains("status 401") == true, "\(denied?.description ?? "")")
  }

  @Test func `an answer has its text, its tokens' bytes and its usage`() throws {
    let wire = try ChatProtocols.registry.entry(for: "openai")
    let answer = try wire.answer(
      in: JSONValue(
        parsing: #"""
          {"choices": [{"message": {"content": "é8"}, "finish_reason": "length", "logprobs":
            {"content": [{"token": "\\xc3", "bytes": [195], "logprob": -0.5, "top_logprobs": []},
              {"token": "\\xa9", "bytes": [169], "logprob": -0.5},
              {"token": "8", "logprob": -1, "top_logprobs": [{"token": "7", "logprob": -2.5}]}]}}],
            "usage": {"prompt_tokens": 11, "completion_tokens": 3}}
          """#))
    #expect(answer.text == "é8")
    #expect(answer.finishReason == "length")
    #expect(answer.tokens.map(\.bytes) == [[195], [169], [56]])
    #expect(answer.tokens[2].alternatives == [ChatAlternative(bytes: [55], logProbability: -2.5)])
    #expect([answer.promptTokens, answer.completionTokens] == [11, 3])
    #expect(throws: TareError.self) { try wire.answer(in: ["error": "none"]) }
  }

  @Test func `of a long answer the alternatives at its end are kept`() throws {
    let wire = try ChatProtocols.registry.entry(for: "openai")
    func reply(_ count: Int) -> JSONValue {
      let tokens = (0..<count).map { index -> JSONValue in
        ["token": .string("t\(index)"), "logprob": -1, "top_logprobs": [["token": "x"]]]
      }
      return [
        "id": "1",
        "choices": [["message": ["content": "…"], "logprobs": ["content": .array(tokens)]]],
      ]
    }
    #expect(wire.kept(reply(64)) == reply(64))
    let kept = wire.kept(reply(100))
    let tokens = kept["choices"]?.array?[0]["logprobs"]?["content"]?.array ?? []
    #expect(tokens.count == 100)
    #expect(tokens.firstIndex { $0["top_logprobs"] != nil } == 36)
    #expect(kept["choices"]?.array?[0]["message"]?["content"] == "…")
  }
}
