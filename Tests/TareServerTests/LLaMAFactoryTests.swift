/// LLaMA-Factory's reward API, and Infinity's `raw_scores`.
import Foundation
import Hummingbird
import TareCore
import TareScoring
import TareServer
import TareServing
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(5))) struct LLaMAFactoryTests {
  private func post(
    _ path: String, _ body: String, _ options: ServerOptions = ServerOptions(),
    key: String? = nil
  ) async throws -> (status: Int, body: JSONValue) {
    try await buildApplication(RewardService(try WatchedModel()), options).test(.router) { client in
      try await client.execute(
        uri: path, method: .post, headers: key.map { [.authorization: "Bearer \($0)"] } ?? [:],
        body: ByteBuffer(string: body)
      ) { response in
        (response.status.code, try JSONValue(parsing: String(buffer: response.body)))
      }
    }
  }

  @Test(arguments: [
    "/", "/v1/score/evaluation", "/rm", "/any/path/at/all", "/classify", "/get_reward", "/rerank",
    "/health",
  ])
  func `strings in messages are scored wherever they are posted`(path: String) async throws {
    let (status, body) = try await post(path, #"{"model": "model", "messages": ["first", "a"]}"#)
    #expect(status == 200)
    #expect(body["scores"] == [5.0, 1.0])
    #expect(body["object"] == "score.evaluation")
    #expect(body["model"] == "model")
  }

  @Test func `texts are cut to the length that the request names`() async throws {
    for (length, scores) in [(3, [3.0, 1.0]), (4096, [5.0, 1.0])] as [(Int, [Double])] {
      let body = try await post(
        "/rm", #"{"model": "m", "messages": ["first", "a"], "max_length": \#(length)}"#
      ).body
      #expect(body["scores"]?.array?.map(\.double) == scores)
    }
  }

  @Test(arguments: [
    (#"{"messages": ["a", 1]}"#, 400), (#"{"messages": ["a", ""]}"#, 400),
    (#"{"messages": []}"#, 404), (#"{"messages": [{"role": "user"}]}"#, 404), ("{}", 404),
    ("{", 404), ("", 404),
  ])
  func `other requests are not found there, and wrong ones refused`(
    body: String, status: Int
  ) async throws {
    #expect(try await post("/rm", body).status == status)
  }

  @Test func `the server's key is wanted at every path`() async throws {
    var options = ServerOptions()
    options.apiKey = "secret"
    let body = #"{"messages": ["first"]}"#
    #expect(try await post("/rm", body, options).status == 401)
    #expect(try await post("/rm", body, options, key: "secret").body["scores"] == [5.0])
  }

  // MARK: - Infinity

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  private func pair(_ query: String, _ document: String) throws -> Double {
    Double(try WatchedModel().tokenize(.pair(query, document)).ids.count)
  }

  @Test(arguments: ["/rerank", "/v1/rerank"])
  func `Infinity's rerank is raw or not, as the request says`(path: String) async throws {
    let raw = try pair("q", "first")
    for (flag, value) in [("true", raw), ("false", sigmoid(raw)), ("null", sigmoid(raw))] {
      let body = try await post(
        path, #"{"model": "m", "query": "q", "documents": ["a", "first"], "raw_scores": \#(flag)}"#
      ).body
      #expect(body["object"] == "rerank")
      #expect(body["results"]?.array?.count == 2)
      #expect(body["results"]?.array?[0]["index"] == 1)
      #expect(body["results"]?.array?[0]["relevance_score"]?.double == value)
      #expect(body["results"]?.array?[0]["document"] == .null)
    }
    let texts = try await post(
      path,
      #"{"query": "q", "documents": ["a", "first"], "raw_scores": true, "return_documents": true, "top_n": 1}"#
    ).body
    #expect(texts["results"]?.array?.map { $0["document"] } == ["first"])
    #expect(
      try await post(path, #"{"query": "q", "documents": ["a"], "raw_scores": 2}"#).status == 400)
  }

  @Test func `Infinity's classify is raw or not, as the request says`() async throws {
    for (flag, value) in [("true", 5), ("false", sigmoid(5))] {
      let body = try await post(
        "/classify", #"{"model": "m", "input": ["first"], "raw_scores": \#(flag)}"#
      ).body
      #expect(body["object"] == "classify")
      #expect(body["data"] == [[["score": .double(value), "label": "LABEL_0"]]])
    }
    // Without it the request is vLLM's.
    let body = try await post("/classify", #"{"model": "watched", "input": ["first"]}"#).body
    #expect(body["data"]?.array?[0]["num_classes"] == 1)
  }

  @Test func `huggingface_hub's parameters say what is applied`() async throws {
    func score(_ parameters: String) async throws -> Double? {
      try await post("/predict", #"{"inputs": "first", "parameters": \#(parameters)}"#)
        .body.array?.first?["score"]?.double
    }
    #expect(try await score("{}") == sigmoid(5))
    #expect(try await score(#"{"function_to_apply": "none", "top_k": 1}"#) == 5)
    #expect(try await score(#"{"function_to_apply": "softmax"}"#) == nil)
    #expect(try await score(#"{"temperature": 2}"#) == nil)
  }
}
