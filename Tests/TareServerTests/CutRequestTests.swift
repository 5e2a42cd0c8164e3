/// Requests that let something be cut off their texts.
import Hummingbird
import TareCore
import TareScoring
import TareServer
import TareServing
import TareTesting
import Testing

/// The watched model's reward is the number of tokens; every byte is one, but "th".
@Suite(.timeLimit(.minutes(5))) struct CutRequestTests {
  private func post(
    _ path: String, _ body: String
  ) async throws -> (status: Int, body: JSONValue) {
    try await buildApplication(RewardService(try WatchedModel(truncation: .error))).test(.router) {
      client in
      try await client.execute(uri: path, method: .post, body: ByteBuffer(string: body)) {
        response in
        (response.status.code, try JSONValue(parsing: String(buffer: response.body)))
      }
    }
  }

  private static let long = String(repeating: "x", count: 600)

  @Test(arguments: [
    (#""truncate_prompt_tokens": 5"#, 5.0), (#""truncate_prompt_tokens": -1"#, 512),
    (#""truncate_prompt_tokens": 5, "truncation_side": "left""#, 5),
    (#""truncate_prompt_tokens": 512, "truncation_side": "right""#, 512),
    (#""truncate_prompt_tokens": -1, "truncation_side": "left""#, 512),
  ])
  func `vLLM's requests say how many tokens stay`(members: String, tokens: Double) async throws {
    for (path, input) in [
      ("/classify", "\"input\": \"\(Self.long)\""), ("/pooling", "\"input\": [\"\(Self.long)\"]"),
      (
        "/classify",
        """
        "messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "\(Self.long)"}]
        """
      ),
      ("/classify", "\"input\": \(Array(repeating: 7, count: 600))"),
    ] {
      let (status, body) = try await post(
        path, "{\(input), \(members), \"use_activation\": false}")
      #expect(status == 200, "\(body.text())")
      let data = body["data"]?.array?.first
      let value = (data?["probs"] ?? data?["data"])?.array?.first?.double
      #expect(value == tokens, "\(path)")
      #expect(body["usage"]?["prompt_tokens"]?.double == tokens)
    }
  }

  @Test(arguments: [
    #""truncate_prompt_tokens": 513"#, #""truncate_prompt_tokens": 0"#,
    #""truncate_prompt_tokens": -2"#, #""truncate_prompt_tokens": "five""#,
    #""truncate_prompt_tokens": 5, "truncation_side": "middle""#, #""truncation_side": "left""#,
  ])
  func `a text that is too long, or cut to what is no length, is refused`(
    members: String
  ) async throws {
    let (status, body) = try await post("/classify", "{\"input\": \"\(Self.long)\", \(members)}")
    #expect(status == 400, "\(body.text())")
  }

  @Test func `the tokens that stay are the first or the last`() async throws {
    let service = try TinyReward().service
    func reward(_ text: String, _ cut: ServedText.Cut? = nil) async throws -> Double {
      var text = ServedText.rendered(text)
      text.cut = cut
      return try await service.rewards([text])[0].value
    }
    let last = ServedText.Cut(tokens: 4, side: .left, keepsBOS: false)
    let first = ServedText.Cut(tokens: 4, side: .right, keepsBOS: true)
    #expect(try await reward("abcdefgh", last) == reward("efgh"))
    #expect(try await reward("abcdefgh", first) == reward("abcd"))
    #expect(try await reward("abcd", last) == reward("abcd"))
    #expect(try await reward("efgh") != reward("abcd"))
  }

  @Test(arguments: [("/rerank", "query"), ("/score", "queries")])
  func `documents are cut to their first tokens`(path: String, query: String) async throws {
    func score(_ document: String, _ more: String = "") async throws -> Double? {
      let body = try await post(
        path,
        "{\"\(query)\": \"q\", \"documents\": [\"\(document)\"], \"use_activation\": false\(more)}"
      ).body
      return (body["data"]?.array?[0]["score"] ?? body["results"]?.array?[0]["relevance_score"])?
        .double
    }
    let cut = try #require(try await score("abcdefgh", ", \"max_tokens_per_doc\": 3"))
    #expect(try await score("abc") == cut)
    #expect(try await score("abcdefgh") == cut + 5)
    #expect(try await score("abcdefgh", ", \"max_tokens_per_doc\": 4096") == cut + 5)
  }

  @Test func `TEI's requests are cut to what the server takes`() async throws {
    func predicted(_ members: String) async throws -> (status: Int, score: Double?) {
      let (status, body) = try await post(
        "/predict", "{\"inputs\": \"\(Self.long)\", \"raw_scores\": true, \(members)}")
      return (status, body.array?.first?["score"]?.double)
    }
    #expect(try await predicted(#""truncate": true"#) == (200, 512))
    #expect(try await predicted(#""truncate": true, "truncation_direction": "Left""#) == (200, 512))
    #expect(try await predicted(#""truncate": false"#).status == 400)
    #expect(try await predicted(#""truncate": true, "truncation_direction": "up""#).status == 400)
  }
}
