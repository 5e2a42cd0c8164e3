/// SGLang's reward and classification protocols, and its embeddings as verl calls them.
internal import TareCore
internal import TareServing

/// `/classify`, `/v1/classify`, `/v1/embeddings`: raw rewards.
enum SGLang: WireProtocol {
  static let key = "sglang"
  static let summary = "SGLang and verl (POST /classify, /v1/classify, /v1/embeddings)"

  private static let inputs: Set = ["add_special_tokens", "encoding_format"]

  static let endpoints = [
    Endpoint(path: "/classify", member: "text", reads: inputs) { call throws(TareError) in
      try await classify(call, "text")
    },
    Endpoint(path: "/classify", member: "input_ids", reads: inputs) { call throws(TareError) in
      try await classify(call, "input_ids")
    },
    Endpoint(path: "/v1/classify", member: "input", reads: inputs) { call throws(TareError) in
      let rewards = try await call.rewards(try call.inputs("input").texts)
      return call.list(
        "classify", rewards,
        rewards.enumerated().map { index, reward in
          ["index": .int(index), "label": call.label, "probs": [reward.json()], "num_classes": 1]
        })
    },
    Endpoint(path: "/v1/embeddings", member: "input", reads: inputs) { call throws(TareError) in
      let isCoded = call.body["encoding_format"]?.string == "base64"
      let rewards = try await call.rewards(try call.inputs("input").texts)
      return call.list(
        "embd", rewards,
        rewards.enumerated().map { index, reward in
          [
            "object": "embedding", "index": .int(index),
            "embedding": isCoded ? .string(reward.base64) : [reward.json()],
          ]
        })
    },
  ]

  /// One object for one text, an array for several.
  private static func classify(
    _ call: RewardCall, _ member: String
  ) async throws(TareError) -> JSONValue {
    let (texts, isOne) = try call.inputs(member)
    let rewards = try await call.rewards(texts)
    let answers = rewards.map { reward -> JSONValue in
      [
        "embedding": [reward.json()],
        "meta_info": ["id": call.id("req"), "prompt_tokens": .int(reward.score.tokens)],
      ]
    }
    return isOne ? answers[0] : .array(answers)
  }

  static func body(of error: TareError, status: Int) -> JSONObject {
    [
      "object": "error", "message": .string(error.description),
      "type": .string(status < 500 ? "BadRequestError" : "InternalServerError"), "param": .null,
      "code": .int(status), "error": ["message": .string(error.description)],
    ]
  }
}
