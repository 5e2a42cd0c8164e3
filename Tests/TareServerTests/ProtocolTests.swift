/// The wire protocols beside OpenRLHF's, request by request: shapes, defaults, errors.
import Foundation
import Hummingbird
import TareCore
import TareRemote
import TareScoring
import TareServer
import TareServing
import TareTesting
import Testing

/// The watched model's reward of a text is the number of its tokens: "first" has 5.
@Suite(.timeLimit(.minutes(5))) struct ProtocolTests {
  private func post(
    _ path: String, _ body: String, _ options: ServerOptions = ServerOptions(),
    key: String? = nil
  ) async throws -> (status: Int, body: JSONValue) {
    let service = RewardService(try WatchedModel())
    return try await buildApplication(service, options).test(.router) { client in
      try await client.execute(
        uri: path, method: .post, headers: key.map { [.authorization: $0] } ?? [:],
        body: ByteBuffer(string: body)
      ) { response in
        (response.status.code, try JSONValue(parsing: String(buffer: response.body)))
      }
    }
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// Rewards of rendered texts and of pairs, by the model alone.
  private func reward(_ text: ServedText) throws -> Double {
    Double(try WatchedModel().tokenize(text).ids.count)
  }

  private func chat(_ prompt: String, _ response: String) throws -> Double {
    try reward(.conversation(Conversation(prompt: [.user(prompt)], response: response)))
  }

  private func pair(_ query: String, _ document: String) throws -> Double {
    try reward(.pair(query, document))
  }

  @Test(arguments: [
    (#"{"input": "first"}"#, true), (#"{"input": "first", "use_activation": false}"#, false),
    (#"{"input": "first", "activation": false}"#, false),
    (#"{"input": "first", "use_activation": null}"#, true),
  ])
  func `vLLM's classify is a probability unless the request says otherwise`(
    body: String, isActivated: Bool
  ) async throws {
    let (status, answer) = try await post("/classify", body)
    #expect(status == 200)
    #expect(answer["object"] == "list")
    #expect(answer["model"] == "watched")
    #expect(answer["id"]?.string?.hasPrefix("classify-") == true)
    #expect(answer["data"]?.array?.count == 1)
    let data = answer["data"]?.array?.first
    #expect(data?["index"] == 0)
    #expect(data?["label"] == "LABEL_0")
    #expect(data?["num_classes"] == 1)
    #expect(data?["probs"]?.array?.first?.double == (isActivated ? sigmoid(5) : 5))
    #expect(answer["usage"]?["prompt_tokens"] == 5)
  }

  @Test func `classify takes texts, tokens and messages`() async throws {
    func probabilities(_ body: String) async throws -> [Double?]? {
      try await post("/classify", body).body["data"]?.array?.map {
        $0["probs"]?.array?.first?.double
      }
    }
    #expect(
      try await probabilities(#"{"input": ["a", "first"], "use_activation": false}"#) == [1, 5])
    #expect(try await probabilities(#"{"input": [5, 6, 7], "use_activation": false}"#) == [3])
    #expect(
      try await probabilities(#"{"input": [[5, 6, 7], [1]], "use_activation": false}"#) == [3, 1])
    let messages = """
      {"messages": [{"role": "user", "content": "q"},
        {"role": "assistant", "content": [{"type": "text", "text": "first"}]}],
        "use_activation": false}
      """
    #expect(try await probabilities(messages) == [try chat("q", "first")])
  }

  @Test func `raw holds for all where the server is told so`() async throws {
    var options = ServerOptions()
    options.isRaw = true
    let classified = try await post("/classify", #"{"input": "first"}"#, options).body
    #expect(classified["data"]?.array?[0]["probs"] == [5.0])
    let predicted = try await post("/predict", #"{"inputs": "first"}"#, options).body
    #expect(predicted == [["score": 5.0, "label": "LABEL_0"]])
    // A request's own word counts more.
    let asked = try await post(
      "/classify", #"{"input": "first", "use_activation": true}"#, options
    ).body
    #expect(asked["data"]?.array?[0]["probs"]?.array?[0].double == sigmoid(5))
  }

  /// As vLLM 0.32 pools a sequence classifier.
  @Test func `pooling is activated as classify is, as numbers or as bytes`() async throws {
    let floats = try await post("/pooling", #"{"model": "watched", "input": ["a", "first"]}"#).body
    #expect(floats["model"] == "watched")
    #expect(floats["id"]?.string?.hasPrefix("pooling-") == true)
    #expect(
      floats["data"] == [
        ["index": 0, "object": "pooling", "data": [.double(sigmoid(1))]],
        ["index": 1, "object": "pooling", "data": [.double(sigmoid(5))]],
      ])
    func coded(_ members: String) async throws -> JSONValue? {
      try await post(
        "/pooling",
        "{\"input\": \"first\", \"use_activation\": false, \"encoding_format\": \"base64\"\(members)}"
      ).body["data"]?.array?[0]["data"]
    }
    // 5 as a little-endian float32 is 00 00 a0 40, as a float16 00 45, as a bfloat16 a0 40.
    #expect(try await coded("") == "AACgQA==")
    #expect(try await coded(#", "endianness": "big""#) == "QKAAAA==")
    #expect(try await coded(#", "embed_dtype": "float16""#) == "AEU=")
    #expect(try await coded(#", "embed_dtype": "bfloat16", "endianness": "big""#) == "QKA=")
  }

  @Test func `bytes have a header that says what they are, unless only they are wanted`()
    async throws
  {
    let service = RewardService(try WatchedModel())
    try await buildApplication(service).test(.router) { client in
      for format in ["bytes", "bytes_only"] {
        let body =
          "{\"input\": [\"a\", \"first\"], \"use_activation\": false, "
          + "\"encoding_format\": \"\(format)\"}"
        try await client.execute(uri: "/pooling", method: .post, body: ByteBuffer(string: body)) {
          response in
          #expect(response.headers[.contentType] == "application/octet-stream")
          #expect(Array(response.body.readableBytesView) == [0, 0, 0x80, 0x3f, 0, 0, 0xa0, 0x40])
          let header = response.headers[.init("metadata")!]
          guard format == "bytes" else { return #expect(header == nil) }
          let facts = try JSONValue(parsing: #require(header))
          #expect(facts["data"]?.array?[1]["start"] == 4)
          #expect(facts["data"]?.array?[1]["shape"] == [1])
          #expect(facts["usage"]?["prompt_tokens"] == 6)
        }
      }
    }
  }

  /// A client that asks for another model would take its reward for that one's.
  @Test func `a request of vLLM's that names another model is refused`() async throws {
    let named = #"{"model": "other", "input": "a"}"#
    let (status, answer) = try await post("/classify", named)
    #expect(status == 404)
    #expect(answer["error"]?["type"] == "NotFoundError")
    #expect(answer["error"]?["param"] == "model")
    #expect(answer["error"]?["accepted"] == "watched")
    var options = ServerOptions()
    options.modelNames = ["org/reward", "other"]
    let known = try await post("/classify", #"{"input": "a"}"#, options).body
    #expect(known["model"] == "org/reward")
    #expect(try await post("/classify", named, options).status == 200)
    options.modelNames = []
    options.acceptsAnyModel = true
    #expect(try await post("/classify", named, options).status == 200)
    // SGLang's server takes any name.
    #expect(try await post("/classify", #"{"model": "other", "text": "a"}"#).status == 200)
  }

  @Test func `a request's own id is its answer's`() async throws {
    let body = #"{"input": "a", "request_id": "mine"}"#
    #expect(try await post("/classify", body).body["id"] == "classify-mine")
  }

  @Test(arguments: [
    #"{"input": []}"#, #"{"input": ["a", [5]]}"#, #"{"input": "a", "task": "token_classify"}"#,
    #"{"input": "a", "embed_dtype": "int8"}"#,
  ])
  func `vLLM refuses nothing, texts beside tokens, and another task`(body: String) async throws {
    #expect(try await post("/pooling", body).status == 400)
  }

  @Test func `tokens and what they stand for`() async throws {
    let tokens = try await post(
      "/tokenize", #"{"prompt": "first", "return_token_strs": true}"#
    ).body
    #expect(tokens["count"] == 5)
    #expect(tokens["max_model_len"] == .null)
    #expect(tokens["tokens"]?.array?.count == 5)
    #expect(tokens["token_strs"]?.array?.first == "f")
    let text = try await post(
      "/detokenize", JSONValue.object(["tokens": tokens["tokens"] ?? .null]).text()
    ).body
    #expect(text == ["prompt": "first"])
    #expect(try await post("/detokenize", #"{"tokens": [99999]}"#).status == 400)
    let long = String(repeating: "x", count: 600)
    #expect(try await post("/tokenize", #"{"prompt": "\#(long)"}"#).body["count"] == 600)
  }

  /// A sigmoid of a probability would be another number.
  @Test func `a reward that is a probability gets no activation`() async throws {
    var profile = ModelProfile()
    profile.hasProbability = true
    profile.activation = .none
    let service = RewardService(try WatchedModel(profile: profile))
    try await buildApplication(service).test(.router) { client in
      for (path, body, place) in [
        ("/classify", #"{"input": "first"}"#, ["data", "probs"]),
        ("/predict", #"{"inputs": "first"}"#, []),
        ("/classify", #"{"input": ["first"], "raw_scores": false}"#, ["data"]),
      ] {
        try await client.execute(uri: path, method: .post, body: ByteBuffer(string: body)) {
          response in
          #expect(response.status == .ok)
          let text = String(buffer: response.body)
          #expect(
            text.contains(place.contains("probs") ? "\"probs\":[5" : "\"score\":5"), "\(text)")
        }
      }
    }
  }

  /// A pair has no steps: the softmax of its one number would be 1, whatever it is.
  @Test func `a model that judges steps judges no pairs`() async throws {
    var profile = ModelProfile()
    profile.kind = .processReward
    let service = RewardService(try WatchedModel(profile: profile))
    try await buildApplication(service).test(.router) { client in
      for (path, body) in [
        ("/score", #"{"text_1": "q", "text_2": ["a"]}"#),
        ("/rerank", #"{"query": "q", "documents": ["a"]}"#), ("/classify", #"{"input": "a"}"#),
      ] {
        try await client.execute(uri: path, method: .post, body: ByteBuffer(string: body)) {
          #expect($0.status == .badRequest, "\(path)")
        }
      }
    }
  }

  @Test func `one path takes requests of every kind`() async throws {
    let classified = try await post("/invocations", #"{"input": "a"}"#).body
    #expect(classified["data"]?.array?[0]["num_classes"] == 1)
    let ranked = try await post("/invocations", #"{"query": "q", "documents": ["a"]}"#).body
    #expect(ranked["results"]?.array?.count == 1)
    let scored = try await post("/invocations", #"{"text_1": "q", "text_2": ["a"]}"#).body
    #expect(scored["data"]?.array?[0]["object"] == "score")
  }

  @Test func `score pairs one query or several with documents`() async throws {
    let one = try await post(
      "/score", #"{"queries": "q", "documents": ["a", "first"], "use_activation": false}"#
    ).body
    #expect(
      one["data"]?.array?.map { $0["score"]?.double } == [
        try pair("q", "a"), try pair("q", "first"),
      ])
    let older = try await post(
      "/score", #"{"text_1": ["q", "long"], "text_2": ["a", "b"], "use_activation": false}"#
    ).body
    #expect(
      older["data"]?.array?.map { $0["score"]?.double } == [
        try pair("q", "a"), try pair("long", "b"),
      ])
    let (status, error) = try await post(
      "/score", #"{"queries": ["q", "r"], "documents": ["a", "b", "c"]}"#)
    #expect(status == 400)
    #expect(error["error"]?["found"] == "3 for 2 of 'queries'")
  }

  @Test(arguments: ["/rerank", "/v1/rerank", "/v2/rerank"])
  func `rerank puts the best first`(path: String) async throws {
    let body = """
      {"query": "q", "documents": ["a", {"text": "the longest"}, "first"], "top_n": 2,
        "use_activation": false}
      """
    let answer = try await post(path, body).body
    #expect(answer["results"]?.array?.map { $0["index"]?.int } == [1, 2])
    #expect(
      answer["results"]?.array?[0]["document"] == ["text": "the longest", "multi_modal": .null])
    #expect(
      answer["results"]?.array?[0]["relevance_score"]?.double == (try pair("q", "the longest")))
    let plain = try await post(
      path, #"{"query": "q", "documents": ["a"], "return_documents": false}"#
    ).body
    #expect(plain["results"]?.array?[0]["document"] == nil)
    #expect(
      plain["results"]?.array?[0]["relevance_score"]?.double == sigmoid(try pair("q", "a")))
  }

  @Test func `SGLang's classify is raw, one object for one text`() async throws {
    let one = try await post("/classify", #"{"text": "first"}"#).body
    #expect(one["embedding"] == [5.0])
    #expect(one["meta_info"]?["prompt_tokens"] == 5)
    let several = try await post("/classify", #"{"text": ["a", "first"]}"#).body
    #expect(several.array?.map { $0["embedding"] } == [[1.0], [5.0]])
    let tokens = try await post("/classify", #"{"input_ids": [5, 6, 7]}"#).body
    #expect(tokens["embedding"] == [3.0])
    let none = try await post("/classify", #"{"text": []}"#)
    #expect(none.status == 200)
    #expect(none.body == [])
  }

  @Test func `embeddings as verl calls them are raw`() async throws {
    let answer = try await post("/v1/embeddings", #"{"model": "m", "input": "first"}"#).body
    #expect(answer["data"]?.array?.last?["embedding"]?.array?.last?.double == 5)
    let classified = try await post("/v1/classify", #"{"model": "m", "input": "first"}"#).body
    #expect(classified["data"]?.array?.last?["probs"]?.array?.last?.double == 5)
  }

  @Test func `TEI tells a pair from a batch`() async throws {
    func predicted(_ inputs: String) async throws -> JSONValue {
      try await post("/predict", #"{"inputs": \#(inputs), "raw_scores": true}"#).body
    }
    func answer(_ score: Double) -> JSONValue { [["score": .double(score), "label": "LABEL_0"]] }
    #expect(try await predicted(#""first""#) == answer(5))
    #expect(try await predicted(#"["q", "first"]"#) == answer(try pair("q", "first")))
    #expect(
      try await predicted(#"[["first"], ["q", "a"]]"#) == [answer(5), answer(try pair("q", "a"))])
    let probability = try await post("/predict", #"{"inputs": "first"}"#).body
    #expect(probability.array?[0]["score"]?.double == sigmoid(5))
  }

  @Test func `TEI's rerank has no text unless it is asked for`() async throws {
    let body = #"{"query": "q", "texts": ["a", "first"], "raw_scores": true}"#
    #expect(
      try await post("/rerank", body).body == [
        ["index": 1, "score": .double(try pair("q", "first"))],
        ["index": 0, "score": .double(try pair("q", "a"))],
      ])
    let texts = try await post(
      "/rerank", #"{"query": "q", "texts": ["a"], "return_text": true}"#
    ).body
    #expect(texts.array?[0]["text"] == "a")
  }

  @Test func `slime's reward is a bare number`() async throws {
    #expect(
      try await post("/reward", #"{"prompt": "q", "response": "first", "label": null}"#).body
        == .double(try chat("q", "first")))
    let messages = #"{"prompt": [{"role": "user", "content": "q"}], "response": "first"}"#
    #expect(try await post("/reward", messages).body == .double(try chat("q", "first")))
    let tiny = try TinyReward()
    let text = try tiny.rendered(TinyReward.conversation(3)).text
    let turn = try #require(
      try WatchedModel().response(in: text, after: nil).map { text.components(separatedBy: $0) })
    let rendered: JSONValue = ["prompt": .string(turn[0]), "response": "first"]
    #expect(
      try await post("/reward", rendered.text()).body
        == .double(try reward(.rendered(turn[0] + "first"))))
  }

  /// verl takes the template's BOS off, and trusts the engine to put one there.
  @Test func `a BOS that was taken off a rendered text is put back, never a second`() async throws {
    let tiny = try TinyReward()
    let (text, reward) = try tiny.rendered(TinyReward.conversation(3))
    #expect(text.hasPrefix("<|im_start|>"))
    let cut = String(text.dropFirst("<|im_start|>".count))
    for given in [text, cut] {
      let rewards = try await tiny.service.rewards([.rendered(given, addsSpecialTokens: true)])
      #expect(rewards[0].score.value == reward)
    }
    let asItStands = try await tiny.service.rewards([.rendered(cut), .rendered("plain")])
    #expect(asItStands[0].score.value != reward)
    // What the template has not rendered stays as it is.
    let plain = try await tiny.service.rewards([.rendered("plain", addsSpecialTokens: true)])
    #expect(plain[0] == asItStands[1])
  }

  @Test(arguments: [
    ("/classify", #"{"input": 5}"#, "error"), ("/classify", #"{"input": [5, "a"]}"#, "error"),
    ("/classify", #"{"input": [1e9]}"#, "error"), ("/classify", #"{"input": [-1]}"#, "error"),
    ("/classify", #"{"input": ["a", []]}"#, "error"),
    ("/classify", #"{"messages": []}"#, "error"),
    ("/classify", #"{"input": "a", "use_activation": "maybe"}"#, "error"),
    ("/classify", #"{"text": {"a": 1}}"#, "message"),
    ("/classify", #"{"model": "m"}"#, "error"), ("/pooling", #"{"input": null}"#, "error"),
    ("/pooling", #"{"input": "a", "task": "plot"}"#, "error"),
    ("/pooling", #"{"input": "a", "encoding_format": "hex"}"#, "error"),
    ("/rerank", #"{"documents": ["a"]}"#, "error"),
    ("/rerank", #"{"query": "q", "documents": []}"#, "error"),
    ("/rerank", #"{"query": "q", "documents": ["a"], "top_n": -1}"#, "error"),
    ("/rerank", #"{"query": 1, "texts": ["a"]}"#, "error_type"),
    ("/predict", #"{"inputs": ["a", "b", "c"]}"#, "error_type"),
    ("/predict", #"{"inputs": "a", "raw_scores": 2}"#, "error_type"),
    ("/reward", #"{"response": "a"}"#, "error"), ("/v1/embeddings", #"{"input": {}}"#, "message"),
  ])
  func `a wrong request is refused in its protocol's form`(
    path: String, body: String, member: String
  ) async throws {
    let (status, answer) = try await post(path, body)
    #expect(status == 400, "\(answer.text())")
    #expect(answer[member] != nil, "\(answer.text())")
  }

  @Test(
    arguments: [
      (nil, 401), ("Bearer wrong", 401), ("Bearer ", 401), ("secret", 401), ("Bearer secret", 200),
    ] as [(String?, Int)])
  func `a server with a key wants it`(key: String?, wanted: Int) async throws {
    var options = ServerOptions()
    options.apiKey = "secret"
    let (status, _) = try await post("/classify", #"{"input": "a"}"#, options, key: key)
    #expect(status == wanted)
    try await buildApplication(RewardService(try WatchedModel()), options).test(.router) { client in
      try await client.execute(uri: "/health", method: .get) { #expect($0.status == .ok) }
      try await client.execute(uri: "/metrics", method: .get) {
        #expect($0.status == .unauthorized)
      }
    }
  }

  @Test func `metrics count requests by path and status`() async throws {
    let service = RewardService(try WatchedModel())
    try await buildApplication(service).test(.router) { client in
      for body in [#"{"input": "a"}"#, #"{"input": "b"}"#, "{"] {
        try await client.execute(
          uri: "/classify", method: .post, body: ByteBuffer(string: body)
        ) { _ in }
      }
      for path in ["/nowhere", "/nowhere/else", "/health", "/%22%0Ax"] {
        try await client.execute(uri: path, method: .get) { _ in }
      }
      try await client.execute(uri: "/metrics", method: .get) { response in
        let text = String(buffer: response.body)
        #expect(text.contains("\ntare_requests_total{path=\"/classify\",status=\"200\"} 2\n"))
        #expect(text.contains("\ntare_requests_total{path=\"/classify\",status=\"400\"} 1\n"))
        #expect(text.contains("\ntare_requests_total{path=\"other\",status=\"404\"} 3\n"))
        #expect(text.contains("# TYPE tare_request_seconds_total counter\n"))
        #expect(text.contains("\ntare_tokens_total 2\n"))
        #expect(text.contains("\ntare_tokens_computed_total 2\n"))
        #expect(text.contains("\ntare_waiting_texts 0\n"))
        #expect(
          text.contains(
            "\ntare_request_duration_seconds_bucket{path=\"/classify\",status=\"200\",le=\"+Inf\"} 2\n"
          ))
        #expect(
          text.contains(
            "\nvllm:e2e_request_latency_seconds_count{model_name=\"watched\"} 2\n"))
      }
    }
  }

  /// With a key the paths are those of anybody who knocks.
  @Test func `paths that are not served are one series, with a key too`() async throws {
    var options = ServerOptions()
    options.apiKey = "secret"
    try await buildApplication(RewardService(try WatchedModel()), options).test(.router) { client in
      for number in 0..<20 {
        try await client.execute(uri: "/made-up-\(number)", method: .get) { _ in }
      }
      try await client.execute(
        uri: "/metrics", method: .get, headers: [.authorization: "Bearer secret"]
      ) { response in
        let text = String(buffer: response.body)
        #expect(!text.contains("made-up"))
        #expect(text.contains("path=\"other\""))
      }
    }
  }

  @Test func `a full queue says when to come again`() async throws {
    let model = try WatchedModel(isHeld: true)
    var limits = ServiceLimits()
    limits.waiting = 2
    let service = RewardService(model, limits: limits)
    async let running = service.rewards([.rendered("a")])
    try await eventually { model.passes.count == 1 }
    // More than may wait, but nobody else does.
    async let waiting = service.rewards(["b", "c", "d"].map { .rendered($0) })
    try await eventually { service.waiting == 3 }
    try await buildApplication(service).test(.router) { client in
      try await client.execute(
        uri: "/predict", method: .post, body: ByteBuffer(string: #"{"inputs": "a"}"#)
      ) { response in
        #expect(response.status == .tooManyRequests)
        #expect(response.headers[.retryAfter] == "1")
        let body = String(buffer: response.body)
        #expect(body.contains(#""error_type":"Overloaded""#))
        #expect(body.contains("queue full (3 waiting, limit 2); retry later"))
      }
    }
    model.release(2)
    #expect(try await (running + waiting).count == 4)
  }

  @Test func `a request that has waited too long is answered so, and leaves the queue`()
    async throws
  {
    let model = try WatchedModel(isHeld: true)
    var limits = ServiceLimits()
    limits.patience = .seconds(1)
    let service = RewardService(model, limits: limits)
    let running = Task { try await service.rewards([.rendered("a")]) }
    try await eventually { model.passes.count == 1 }
    try await buildApplication(service).test(.router) { client in
      try await client.execute(
        uri: "/classify", method: .post, body: ByteBuffer(string: #"{"text": ["b", "c"]}"#)
      ) { response in
        #expect(response.status == .serviceUnavailable)
        #expect(response.headers[.retryAfter] == "1")
        let body = try JSONValue(parsing: String(buffer: response.body))
        #expect(body["code"] == 503)
        #expect(body["message"]?.string?.contains("waited too long") == true)
      }
    }
    #expect(service.waiting == 0)
    model.release()
    await #expect(throws: TareError.self) { try await running.value }
    #expect(model.passes == [["a"]])
  }

  @Test(arguments: [
    #"{"query": ["\ud800"]}"#, #"{"query": ["a\udc00b"]}"#, #"{"\ud83d": ["a"]}"#,
    #"{"query": ["\ud800\ud800"]}"#, #"{"query": [1e999]}"#, #"{"query": [NaN]}"#,
    #"{"query": ["a"]} b"#, "{\"query\": [\"\u{0}\"]}", "", "[]",
    String(repeating: "[", count: 100_000), String(repeating: #"{"query":"#, count: 100_000),
    "{\"query\": [" + String(repeating: "9", count: 100_000) + "e9]}",
    #"{"query": ["a"], "prompts": "# + String(repeating: "[", count: 300),
  ])
  func `JSON that is broken is refused, in few words`(body: String) async throws {
    let (status, answer) = try await post("/get_reward", body)
    #expect(status == 400)
    #expect(answer["error"]?["found"] != nil)
    #expect(answer.text().utf8.count < 1000)
  }
}
