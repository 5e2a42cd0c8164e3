/// OpenRLHF's reward protocol, request by request.
import Hummingbird
import TareCore
import TareServer
import TareServing
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(5))) struct OpenRLHFTests {
  /// Status and body of a request to `/get_reward`.
  private func post(
    _ body: String, to service: RewardService, _ options: ServerOptions = ServerOptions()
  ) async throws -> (status: Int, body: String) {
    try await buildApplication(service, options).test(.router) { client in
      try await client.execute(
        uri: "/get_reward", method: .post, body: ByteBuffer(string: body)
      ) { response in
        #expect(response.headers[.contentType] == "application/json")
        return (response.status.code, String(buffer: response.body))
      }
    }
  }

  @Test func `rewards are the model's, in order, as the trainer reads them`() async throws {
    let tiny = try TinyReward()
    let samples = try tiny.samples(5)
    let request: JSONValue = [
      "query": .array(samples.map { .string($0.text) }),
      "prompts": .array(samples.map { _ in "not read" }),
      "labels": .array(samples.map { _ in .null }),
    ]
    let (status, body) = try await post(request.text(), to: tiny.service)
    #expect(status == 200)
    let numbers = samples.map { JSONValue.double(Double($0.reward)).text() }
      .joined(separator: ",")
    #expect(
      body == """
        {"rewards":[\(numbers)],"scores":[\(numbers)],"extra_logs":{"dummy_scores":[\(numbers)]}}
        """)
    // All digits arrive: the numbers read back are the same floats.
    let read = try JSONValue(parsing: body)["rewards"]?.array?.compactMap(\.double)
    #expect(read?.map { Float($0) } == samples.map(\.reward))
  }

  @Test func `an empty list has empty rewards`() async throws {
    let service = RewardService(try WatchedModel())
    let (status, body) = try await post(
      #"{"query": [], "prompts": [], "labels": []}"#, to: service)
    #expect(status == 200)
    #expect(body == #"{"rewards":[],"scores":[],"extra_logs":{"dummy_scores":[]}}"#)
  }

  /// A reward of other text than was sent would look like any other.
  @Test func `half an emoji, as Python may send it, is refused`() async throws {
    let service = RewardService(try WatchedModel())
    let (status, body) = try await post(#"{"query": ["\ud83d"]}"#, to: service)
    #expect(status == 400)
    #expect(body.contains(#""found":"an unpaired surrogate""#))
  }

  @Test(arguments: [
    ("{", "request body, line 1, column 2", "end of input", "a member's name in quotes"),
    ("", "request body, line 1, column 1", "end of input", "a value"),
    ("[]", "request body", "an array", "an object with 'query'"),
    ("{}", "request body", "an object", "an object with 'query'"),
    (#"{"text": "a", "n": 1}"#, "request body", "members 'text', 'n'", "an object with 'query'"),
    (#"{"query": "text"}"#, "'query'", "a string", "an array of strings"),
    (#"{"query": null}"#, "'query'", "null", "an array of strings"),
    (#"{"query": ["a", 1]}"#, "'query', text 1", "a number", "a string"),
    (#"{"query": ["a", ""]}"#, "text 1, text", "no tokens", "a conversation with text"),
    (#"{"query": ["a", "b", "c", "d"]}"#, "'query'", "4 texts", "at most 3 texts"),
  ])
  func `a wrong request is told what was found and what is accepted`(
    body: String, place: String, found: String, accepted: String
  ) async throws {
    var options = ServerOptions()
    options.limits.texts = 3
    let (status, reply) = try await post(body, to: RewardService(try WatchedModel()), options)
    #expect(status == 400)
    let error: JSONValue = [
      "error": [
        "message": .string("\(place): expected \(accepted), found \(found)"),
        "type": "BadRequestError", "param": place.hasPrefix("'") ? "query" : .null, "code": 400,
        "place": .string(place), "found": .string(found), "accepted": .string(accepted),
      ]
    ]
    #expect(reply == error.text())
  }

  @Test func `deep nesting is refused, not followed`() async throws {
    let deep = String(repeating: "[", count: 100_000)
    let (status, body) = try await post(
      #"{"query": "# + deep, to: RewardService(try WatchedModel()))
    #expect(status == 400)
    #expect(body.contains("levels of nesting"))
  }

  @Test func `a long body is refused`() async throws {
    var options = ServerOptions()
    options.limits.bodyBytes = 1000
    let text = String(repeating: "x", count: 1000)
    let (status, body) = try await post(
      #"{"query": ["\#(text)"]}"#, to: RewardService(try WatchedModel()), options)
    #expect(status == 413)
    #expect(body.contains("expected at most 1000 bytes, found more than 1000 bytes"))
  }

  @Test func `a text that the model fails on is a fault of the server`() async throws {
    let (status, body) = try await post(
      #"{"query": ["good", "bad"]}"#, to: RewardService(try WatchedModel()))
    #expect(status == 500)
    #expect(
      body
        == #"{"error":{"message":"the score is nan","type":"InternalServerError","param":null,"code":500}}"#
    )
  }
}
