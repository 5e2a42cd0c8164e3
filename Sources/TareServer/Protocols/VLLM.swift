/// The pooling protocols of vLLM 0.32 (vllm/entrypoints/pooling), with Cohere's and Jina's rerank.
internal import TareCore
internal import TareScoring
internal import TareServing

/// `/classify`, `/pooling`, `/score`, `/rerank`, and `/invocations` for any of them. As in vLLM the
/// model's activation is put on numbers unless the request says `use_activation: false` (older:
/// `activation`): a sigmoid on a reward, a softmax over several labels, nothing on a regression and on a
/// model whose rewards are of tokens.
enum VLLM: WireProtocol {
  static let key = "vllm"
  static let summary = "vLLM (POST /classify, /pooling, /score, /rerank)"
  static let checksModel = true
  static let busyStatus = 503

  /// As vLLM: a member of the wrong kind is a bad request of another type than one that cannot be met.
  static func body(of error: TareError, status: Int) -> JSONObject {
    var body = OpenAIError.body(of: error, status: status)
    guard status == 400, var object = body["error"]?.object, case .badData(let place, _, _) = error
    else { return body }
    if let member = OpenAIError.member(in: place) {
      let isOwn = ["task", "dimensions"].contains(member)
      object["type"] = .string(isOwn ? "BadRequestError" : "Bad Request")
      object["param"] = .string(isOwn ? member : "body.\(member)")
    } else if place == "request body" {
      object["type"] = "Bad Request"
      object["param"] = "body"
    } else if place.hasSuffix("text") || place == "truncation" {
      object["param"] = "input_tokens"
    }
    body["error"] = .object(object)
    return body
  }

  private static let common: Set = RewardCall.cutMembers.union([
    "use_activation", "activation", "padding",
  ])
  private static let encoded: Set = ["embed_dtype", "endianness", "encoding_format", "task"]
  private static let inputs = common.union(["add_special_tokens"])
  private static let chats = common.union(RewardCall.chatMembers)
  private static let pairs = common.union([
    "chat_template_kwargs", "instruction", "max_tokens_per_doc", "max_tokens_per_query",
  ])

  static let endpoints =
    classifying(at: "/classify")
    + [
      Endpoint(path: "/pooling", member: "input", reads: inputs.union(encoded)) {
        call throws(TareError) in try await pool(call, try call.plainInputs())
      },
      Endpoint(path: "/pooling", member: "messages", reads: chats.union(encoded)) {
        call throws(TareError) in try await pool(call, [try call.chat("messages")])
      },
    ]
    + ["/score", "/v1/score"].flatMap(scoring)
    + ["/rerank", "/v1/rerank", "/v2/rerank"].map(reranking)
    + classifying(at: "/invocations") + [reranking(at: "/invocations")]
    + scoring(at: "/invocations")

  private static func classifying(at path: String) -> [Endpoint] {
    [
      Endpoint(path: path, member: "input", reads: inputs) { call throws(TareError) in
        try await classify(call, try call.plainInputs())
      },
      Endpoint(path: path, member: "messages", reads: chats) { call throws(TareError) in
        try await classify(call, [try call.chat("messages")])
      },
    ]
  }

  private static func scoring(at path: String) -> [Endpoint] {
    [
      ("queries", "items"), ("queries", "documents"), ("text_1", "text_2"), ("data_1", "data_2"),
    ].map { first, second in
      Endpoint(
        path: path, member: first, reads: pairs.union([second]),
        where: { second != "items" || $0[second] != nil }
      ) { call throws(TareError) in try await score(call, first, second) }
    }
  }

  private static func reranking(at path: String) -> Endpoint {
    Endpoint(
      path: path, member: "documents", reads: pairs.union(["query", "top_n", "return_documents"])
    ) { call throws(TareError) in try await rerank(call) }
  }

  private static func classify(
    _ call: RewardCall, _ texts: [ServedText]
  ) async throws(TareError) -> JSONValue {
    try call.requireClassifier()
    let rewards = try await call.judgements(texts, cut: try call.checkedCut())
    // A model elsewhere may have shown meanwhile what it is.
    try call.requireClassifier()
    let activation = try call.activation()
    let profile = call.service.model.profile
    return call.list(
      "classify", rewards,
      rewards.enumerated().map { index, reward in
        let numbers = activation.applied(to: reward.numbers(profile))
        let best = numbers.indices.max { numbers[$0] < numbers[$1] } ?? 0
        return [
          "index": .int(index), "label": .string(profile.labels[best]),
          "probs": .array(numbers.map { .double($0) }), "num_classes": .int(numbers.count),
        ]
      })
  }

  private static func pool(
    _ call: RewardCall, _ texts: [ServedText]
  ) async throws(TareError) -> Answer {
    let encoding = try call.encoding()
    var profile = call.service.model.profile
    if let task = call.body["task"], task != .null {
      let own = profile.kind == .classifier ? "classify" : "token_classify"
      guard task.string == own else {
        throw .badData(
          place: "'task'", found: task.text(),
          accepted: "'\(own)', which \(profile.architecture ?? "the model") is for")
      }
    }
    _ = try call.activation()
    let rewards = try await call.judgements(
      texts.map { text in
        var text = text
        text.wantsEveryToken = profile.kind == .tokenReward
        return text
      }, cut: try call.checkedCut())
    // A model elsewhere may have shown meanwhile what it is.
    profile = call.service.model.profile
    let activation = try call.activation()
    var rows: [[[Double]]] = []
    for reward in rewards {
      rows.append(try reward.rows(profile, activation))
    }
    let isOfTokens = profile.kind != .classifier
    if encoding.isBinary { return call.binary(rewards, rows, encoding, isOfTokens: isOfTokens) }
    return Answer(
      call.list(
        "pooling", rewards,
        rows.enumerated().map { index, rows in
          let data: JSONValue
          if encoding.format == "base64" {
            data = .string(encoding.numbers.base64(rows.flatMap(\.self)))
          } else if isOfTokens {
            data = .array(rows.map { .array($0.map { .double($0) }) })
          } else {
            data = .array(rows.flatMap(\.self).map { .double($0) })
          }
          return ["index": .int(index), "object": "pooling", "data": data]
        }))
  }

  /// Pairs of a query and a document.
  private static func score(
    _ call: RewardCall, _ first: String, _ second: String
  ) async throws(TareError) -> JSONValue {
    try call.requireOneJudgement()
    let activation = try call.activation()
    let cut = try call.checkedCut()
    let context = try call.pairContext()
    let queries = try call.shortened(try call.strings(first), by: "max_tokens_per_query")
    let documents = try call.shortened(try call.strings(second), by: "max_tokens_per_doc")
    guard !queries.isEmpty, queries.count == documents.count || queries.count == 1 else {
      throw .badData(
        place: "'\(second)'", found: "\(documents.count) for \(queries.count) of '\(first)'",
        accepted: "as many of each, or a single '\(first)'")
    }
    try call.requireSome(documents, second)
    let rewards = try await call.rewards(
      documents.enumerated().map { index, document in
        .pair(queries.count == 1 ? queries[0] : queries[index], document, context)
      }, cut: cut)
    return call.list(
      "score", rewards,
      rewards.enumerated().map { index, reward in
        [
          "index": .int(index), "object": "score",
          "score": .double(activation.applied(to: [reward.value])[0]),
        ]
      })
  }

  private static func rerank(_ call: RewardCall) async throws(TareError) -> JSONValue {
    try call.requireOneJudgement()
    let activation = try call.activation()
    let cut = try call.checkedCut()
    let context = try call.pairContext()
    let query = try call.shortened([try call.string("query")], by: "max_tokens_per_query")[0]
    // Jina and Cohere take a document as an object, too; vLLM takes one alone.
    let documents: [String]
    if let one = call.body["documents"]?.string {
      documents = [one]
    } else {
      documents = try call.limits.elements(
        of: call.body, "documents", "an array of strings, or of objects with 'text'",
        each: "a string, or an object with 'text'"
      ) { $0.string ?? $0["text"]?.string }
    }
    try call.requireSome(documents, "documents")
    let top = try call.count("top_n") ?? documents.count
    let returnsTexts = try call.flag("return_documents") ?? true
    let rewards = try await call.rewards(
      try call.shortened(documents, by: "max_tokens_per_doc").map { .pair(query, $0, context) },
      cut: cut)
    let results = rewards.ranked.prefix(top == 0 ? documents.count : top).map { index in
      var result: JSONObject = ["index": .int(index)]
      if returnsTexts {
        result["document"] = ["text": .string(documents[index]), "multi_modal": .null]
      }
      result["relevance_score"] = .double(activation.applied(to: [rewards[index].value])[0])
      return JSONValue.object(result)
    }
    let tokens = rewards.reduce(0) { $0 + $1.score.tokens }
    return [
      "id": call.id("score"), "model": call.modelName,
      "usage": ["prompt_tokens": .int(tokens), "total_tokens": .int(tokens)],
      "results": .array(results),
    ]
  }
}

/// What becomes of the numbers of a pooling answer.
private struct PoolingEncoding {
  var format = "float"
  var numbers = NumberBytes()
  var names = (kind: "float32", endianness: "native")
  var isBinary: Bool { format.hasPrefix("bytes") }
}

extension Reward {
  /// The raw numbers of a text that is judged as a whole: its reward, or one for each label.
  fileprivate func numbers(_ profile: ModelProfile) -> [Double] {
    profile.hasOneReward ? [value] : (score.outputs.last ?? []).map(Double.init)
  }

  /// The numbers that `/pooling` gives, [rows][outputs]: a row for the text, or for each step or token.
  fileprivate func rows(
    _ profile: ModelProfile, _ activation: ModelProfile.Activation
  ) throws(TareError) -> [[Double]] {
    switch profile.kind {
    case .classifier: return [activation.applied(to: numbers(profile))]
    case .tokenReward:
      // Of an engine elsewhere only the last is known.
      guard !score.steps.isEmpty else { return [activation.applied(to: [value])] }
      return score.steps.map { activation.applied(to: [Double($0.value)]) }
    case .processReward:
      if !score.outputs.isEmpty {
        return score.outputs.map { activation.applied(to: $0.map(Double.init)) }
      }
      guard activation != .none else {
        throw .badData(
          place: "'use_activation'", found: "false, with a model on another server",
          accepted: "true: that server gives probabilities of steps")
      }
      return score.steps.map { [1 - Double($0.value), Double($0.value)] }
    }
  }
}

extension RewardCall {
  /// - Throws: `TareError.badData` for a model that judges tokens or steps.
  fileprivate func requireClassifier() throws(TareError) {
    let profile = service.model.profile
    guard profile.kind == .classifier else { throw Self.isOfTokens(profile) }
  }

  /// - Throws: `TareError.badData` for a model that judges steps, of which a pair has none.
  fileprivate func requireOneJudgement() throws(TareError) {
    let profile = service.model.profile
    guard profile.kind != .processReward else { throw Self.isOfTokens(profile) }
  }

  private static func isOfTokens(_ profile: ModelProfile) -> TareError {
    .badData(
      place: "model", found: "\(profile.architecture ?? "a model") whose rewards are of tokens",
      accepted: "a request to /pooling")
  }

  /// What is put on raw numbers.
  fileprivate func activation() throws(TareError) -> ModelProfile.Activation {
    let profile = service.model.profile
    // Rewards of tokens are raw unless somebody asks; a process model's are probabilities of steps.
    let byDefault = !isRaw && profile.kind != .tokenReward
    let older = try flag("activation")
    guard try flag("use_activation") ?? older ?? byDefault else { return .none }
    return profile.activation
  }

  /// A text or tokens, or an array of either but not of both; at least one.
  fileprivate func plainInputs() throws(TareError) -> [ServedText] {
    let texts = try inputs("input").texts
    let isOfTokens = texts.map { text in
      if case .tokens = text.form { true } else { false }
    }
    guard Set(isOfTokens).count == 1 else {
      throw .badData(
        place: "'input'", found: texts.isEmpty ? "nothing" : "texts and tokens",
        accepted: "a string, tokens, or an array of either")
    }
    return texts
  }

  fileprivate func requireSome(_ texts: [String], _ member: String) throws(TareError) {
    guard texts.isEmpty else { return }
    throw .badData(place: "'\(member)'", found: "no text", accepted: "at least one")
  }

  /// The template's variables for pairs, whose documents are none of the template's; vLLM's `instruction`
  /// is one of them.
  fileprivate func pairContext() throws(TareError) -> TemplateContext {
    var context = TemplateContext()
    if let value = body["chat_template_kwargs"], value != .null {
      do throws(TareError) {
        context.variables = try TemplateContext.variables(value)
      } catch {
        throw error.inside("'chat_template_kwargs'")
      }
    }
    if let value = body["instruction"], value != .null {
      guard let instruction = value.string else { throw wrong("instruction", "a string") }
      if context.variables["instruction"] == nil {
        context.variables["instruction"] = .string(instruction)
      }
    }
    return context
  }

  /// What may be cut off the texts.
  /// - Throws: `TareError.badData` for padding, which this server does not put anywhere.
  fileprivate func checkedCut() throws(TareError) -> ServedText.Cut? {
    _ = try choice("padding", ["do_not_pad"])
    return try cut()
  }

  /// A member that is one of some words; nil where it is not there.
  private func choice(_ member: String, _ accepted: [String]) throws(TareError) -> String? {
    guard let value = body[member], value != .null else { return nil }
    guard let text = value.string, accepted.contains(text) else {
      throw .badData(
        place: "'\(member)'", found: value.text(), accepted: accepted.joined(separator: " or "))
    }
    return text
  }

  fileprivate func encoding() throws(TareError) -> PoolingEncoding {
    var encoding = PoolingEncoding()
    encoding.format =
      try choice("encoding_format", ["float", "base64", "bytes", "bytes_only"]) ?? "float"
    encoding.names.kind =
      try choice("embed_dtype", NumberBytes.Kind.allCases.map(\.rawValue)) ?? "float32"
    encoding.numbers.kind = NumberBytes.Kind(rawValue: encoding.names.kind) ?? .float32
    encoding.names.endianness =
      try choice("endianness", ["native", "little", "big"]) ?? "native"
    encoding.numbers.isBigEndian = encoding.names.endianness == "big"
    return encoding
  }

  /// Numbers as bytes, with what they are in a header, unless only the bytes are asked for.
  fileprivate func binary(
    _ rewards: [Reward], _ rows: [[[Double]]], _ encoding: PoolingEncoding, isOfTokens: Bool
  ) -> Answer {
    var bytes: [UInt8] = []
    var items: [JSONValue] = []
    for (index, rows) in rows.enumerated() {
      let own = encoding.numbers.bytes(rows.flatMap(\.self))
      let width = rows.first?.count ?? 0
      items.append([
        "index": .int(index), "embed_dtype": .string(encoding.names.kind),
        "endianness": .string(encoding.names.endianness), "start": .int(bytes.count),
        "end": .int(bytes.count + own.count),
        "shape": isOfTokens ? [.int(rows.count), .int(width)] : [.int(width)],
      ])
      bytes += own
    }
    guard encoding.format == "bytes" else { return Answer(.bytes(bytes)) }
    let tokens = rewards.reduce(0) { $0 + $1.score.tokens }
    let metadata: JSONValue = [
      "id": id("pooling"), "created": now, "model": modelName, "data": .array(items),
      "usage": ["prompt_tokens": .int(tokens), "total_tokens": .int(tokens)],
    ]
    return Answer(.bytes(bytes), headers: ["metadata": metadata.text()])
  }
}
