/// The pooling protocols of vLLM (vllm/entrypoints/pooling), with Cohere's and Jina's rerank.
internal import TareCore
internal import TareServing

/// `/classify`, `/pooling`, `/score`, `/rerank`. As in vLLM a reward goes through a sigmoid where a class
/// is asked for, unless the request says `use_activation: false` (older: `activation`); `/pooling` gives
/// it raw.
enum VLLM: WireProtocol {
  static let key = "vllm"
  static let summary = "vLLM (POST /classify, /pooling, /score, /rerank)"

  private static let common: Set = RewardCall.cutMembers.union([
    "use_activation", "activation", "padding", "embed_dtype", "endianness", "encoding_format",
  ])
  private static let inputs = common.union(["add_special_tokens", "task"])
  private static let chats = common.union(RewardCall.chatMembers).union(["task"])
  private static let pairs = common.union(["chat_template_kwargs", "max_tokens_per_doc"])

  static let endpoints =
    [
      Endpoint(path: "/classify", member: "input", reads: inputs) { call throws(TareError) in
        try await classify(call, try call.inputs("input").texts)
      },
      Endpoint(path: "/classify", member: "messages", reads: chats) { call throws(TareError) in
        try await classify(call, [try call.chat("messages")])
      },
      Endpoint(path: "/pooling", member: "input", reads: inputs) { call throws(TareError) in
        try await pool(call, try call.inputs("input").texts)
      },
      Endpoint(path: "/pooling", member: "messages", reads: chats) { call throws(TareError) in
        try await pool(call, [try call.chat("messages")])
      },
    ]
    + ["/score", "/v1/score"].flatMap { path in
      [
        ("queries", "items"), ("queries", "documents"), ("text_1", "text_2"), ("data_1", "data_2"),
      ].map { first, second in
        Endpoint(
          path: path, member: first, reads: pairs.union([second]),
          where: { second != "items" || $0[second] != nil }
        ) { call throws(TareError) in try await score(call, first, second) }
      }
    }
    + ["/rerank", "/v1/rerank", "/v2/rerank"].map { path in
      Endpoint(
        path: path, member: "documents",
        reads: pairs.union(["query", "top_n", "return_documents"])
      ) { call throws(TareError) in try await rerank(call) }
    }

  private static func classify(
    _ call: RewardCall, _ texts: [ServedText]
  ) async throws(TareError) -> JSONValue {
    let activated = try call.isActivated(byDefault: true)
    let rewards = try await call.rewards(texts, cut: try call.checkedCut())
    return call.list(
      "classify", rewards,
      rewards.enumerated().map { index, reward in
        [
          "index": .int(index), "label": "LABEL_0",
          "probs": [reward.json(activated: activated)], "num_classes": 1,
        ]
      })
  }

  private static func pool(
    _ call: RewardCall, _ texts: [ServedText]
  ) async throws(TareError) -> JSONValue {
    let activated = try call.isActivated(byDefault: false)
    let format = call.body["encoding_format"]?.string ?? "float"
    let task = call.body["task"]?.string ?? "classify"
    guard ["classify", "token_classify", "score"].contains(task) else {
      throw .badData(
        place: "'task'", found: "'\(task)'", accepted: "classify, token_classify or score")
    }
    guard ["float", "base64"].contains(format) else {
      throw .badData(
        place: "'encoding_format'", found: "'\(format)'", accepted: "float or base64")
    }
    let rewards = try await call.rewards(texts, cut: try call.checkedCut())
    return call.list(
      "pool", rewards,
      rewards.enumerated().map { index, reward in
        var data: JSONValue = [reward.json(activated: activated)]
        // A process reward model has a value for each step.
        if task == "token_classify", !reward.score.steps.isEmpty {
          data = .array(reward.score.steps.map { [.double(Double($0.value))] })
        } else if format == "base64" {
          data = .string(reward.base64)
        }
        return ["index": .int(index), "object": "pooling", "data": data]
      })
  }

  /// Pairs of a query and a document, which are scored as a prompt and its response.
  private static func score(
    _ call: RewardCall, _ first: String, _ second: String
  ) async throws(TareError) -> JSONValue {
    let activated = try call.isActivated(byDefault: true)
    let cut = try call.checkedCut()
    let context = try call.pairContext()
    let queries = try call.strings(first)
    let documents = try call.shortened(try call.strings(second))
    guard queries.count == documents.count || queries.count == 1 else {
      throw .badData(
        place: "'\(second)'", found: "\(documents.count) for \(queries.count) of '\(first)'",
        accepted: "as many of each, or a single '\(first)'")
    }
    let rewards = try await call.rewards(
      documents.enumerated().map { index, document in
        .pair(queries.count == 1 ? queries[0] : queries[index], document, context)
      }, cut: cut)
    return call.list(
      "score", rewards,
      rewards.enumerated().map { index, reward in
        ["index": .int(index), "object": "score", "score": reward.json(activated: activated)]
      })
  }

  private static func rerank(_ call: RewardCall) async throws(TareError) -> JSONValue {
    let activated = try call.isActivated(byDefault: true)
    let cut = try call.checkedCut()
    let context = try call.pairContext()
    let query = try call.string("query")
    // Jina and Cohere take a document as an object, too.
    let documents = try call.limits.elements(
      of: call.body, "documents", "an array of strings, or of objects with 'text'",
      each: "a string, or an object with 'text'"
    ) { $0.string ?? $0["text"]?.string }
    let top = try call.count("top_n") ?? documents.count
    let returnsTexts = try call.flag("return_documents") ?? true
    let rewards = try await call.rewards(
      try call.shortened(documents).map { .pair(query, $0, context) }, cut: cut)
    let results = rewards.ranked.prefix(top == 0 ? documents.count : top).map { index in
      var result: JSONObject = ["index": .int(index)]
      if returnsTexts { result["document"] = ["text": .string(documents[index])] }
      result["relevance_score"] = rewards[index].json(activated: activated)
      return JSONValue.object(result)
    }
    return [
      "id": call.id("rerank"), "model": call.modelName, "usage": call.usage(rewards),
      "results": .array(results),
    ]
  }
}

extension RewardCall {
  /// Whether the request wants a reward as a probability.
  fileprivate func isActivated(byDefault: Bool) throws(TareError) -> Bool {
    if let asked = try flag("use_activation") { return asked }
    return try flag("activation") ?? (byDefault && !isRaw)
  }

  /// The template's variables for pairs, whose documents are none of the template's.
  fileprivate func pairContext() throws(TareError) -> TemplateContext {
    guard let value = body["chat_template_kwargs"], value != .null else { return TemplateContext() }
    do throws(TareError) {
      return TemplateContext(variables: try TemplateContext.variables(value))
    } catch {
      throw error.inside("'chat_template_kwargs'")
    }
  }

  /// What may be cut off the texts.
  /// - Throws: `TareError.badData` for what vLLM does to texts and numbers and this server does not.
  fileprivate func checkedCut() throws(TareError) -> ServedText.Cut? {
    func check(_ member: String, _ accepted: String...) throws(TareError) {
      guard let value = body[member], value != .null else { return }
      guard let text = value.string, accepted.contains(text) else {
        throw .badData(
          place: "'\(member)'", found: value.text(), accepted: accepted.joined(separator: " or "))
      }
    }
    try check("padding", "do_not_pad")
    if body["encoding_format"] == "base64" {
      try check("embed_dtype", "float32")
      try check("endianness", "native", "little")
    }
    return try cut()
  }
}
