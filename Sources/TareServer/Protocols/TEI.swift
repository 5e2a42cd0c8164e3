/// Hugging Face's text-embeddings-inference (router/src/http/types.rs).
internal import TareCore
internal import TareScoring
internal import TareServing

/// `/predict` and `/rerank`: a reward goes through a sigmoid unless the request says `raw_scores`.
enum TEI: WireProtocol {
  static let key = "tei"
  static let busyStatus = 429
  static let summary = "text-embeddings-inference (POST /predict, /rerank)"

  private static let common: Set = ["raw_scores", "truncate", "truncation_direction"]

  static let endpoints =
    // huggingface_hub's client posts to the address as it is given.
    ["/predict", "/"].map { path in
      Endpoint(path: path, member: "inputs", reads: common.union(["parameters"])) {
        call throws(TareError) in try await predict(call)
      }
    } + [
      Endpoint(path: "/rerank", member: "texts", reads: common.union(["query", "return_text"])) {
        call throws(TareError) in
        let query = try call.string("query")
        let texts = try call.limits.texts(of: call.body, "texts")
        let activated = try call.isActivatedUnlessRaw
        let returnsTexts = try call.flag("return_text") ?? false
        let rewards = try await call.rewards(
          texts.map { .pair(query, $0) }, cut: try call.cutWhereTruncated())
        return .array(
          rewards.ranked.map { index in
            var rank: JSONObject = ["index": .int(index)]
            if returnsTexts { rank["text"] = .string(texts[index]) }
            rank["score"] = rewards[index].json(activated: activated)
            return .object(rank)
          })
      }
    ]

  private static func predict(_ call: RewardCall) async throws(TareError) -> JSONValue {
    let (texts, isOne) = try inputs(call)
    let activated = try call.isActivatedByParameters()
    let rewards = try await call.rewards(texts, cut: try call.cutWhereTruncated())
    let predictions = rewards.map { reward -> JSONValue in
      [["score": reward.json(activated: activated), "label": call.label]]
    }
    return isOne ? predictions[0] : .array(predictions)
  }

  /// "text" is one text, ["a", "b"] one pair, [["t1"], ["a", "b"]] a batch of texts and pairs.
  private static func inputs(
    _ call: RewardCall
  ) throws(TareError) -> (texts: [ServedText], isOne: Bool) {
    if let string = call.body["inputs"]?.string {
      return ([.rendered(string, addsSpecialTokens: true)], true)
    }
    if let one = call.body["inputs"]?.textOrPair { return ([one], true) }
    let texts = try call.limits.elements(
      of: call.body, "inputs", "a string, a pair of strings, or an array of arrays of one or two",
      each: "an array of one string or two"
    ) { $0.textOrPair }
    return (texts, false)
  }

  static func body(of error: TareError, status: Int) -> JSONObject {
    let kind =
      switch status {
      case 429, 503: "Overloaded"
      case 400..<500: "Validation"
      default: "Backend"
      }
    return ["error": .string(error.description), "error_type": .string(kind)]
  }
}

extension RewardCall {
  /// What huggingface_hub calls raw, and a probability: `function_to_apply` of its parameters.
  fileprivate func isActivatedByParameters() throws(TareError) -> Bool {
    let isActivated = try isActivatedUnlessRaw
    guard let parameters = body["parameters"], parameters != .null else { return isActivated }
    guard let object = parameters.object else { throw wrong("parameters", "an object") }
    for name in object.keys where !["function_to_apply", "top_k"].contains(name) {
      throw .badData(
        place: "'parameters'", found: "'\(name)'", accepted: "function_to_apply, top_k")
    }
    switch object["function_to_apply"] {
    case nil, .null?: return isActivated
    case "none"?: return false
    case "sigmoid"?: return !service.model.profile.hasProbability
    case let other?:
      throw .badData(
        place: "'parameters', function_to_apply", found: other.text(),
        accepted: "\"none\" or \"sigmoid\"")
    }
  }

  /// As TEI cuts: to as many tokens as the server takes, special tokens among them.
  fileprivate func cutWhereTruncated() throws(TareError) -> ServedText.Cut? {
    let side = try truncationSide("truncation_direction")
    guard try flag("truncate") ?? false else { return nil }
    return ServedText.Cut(side: side ?? .right, keepsBOS: true)
  }
}

extension JSONValue {
  /// An array of one string or two.
  fileprivate var textOrPair: ServedText? {
    guard let array, (1...2).contains(array.count) else { return nil }
    let strings = array.compactMap(\.string)
    guard strings.count == array.count else { return nil }
    return strings.count == 1
      ? .rendered(strings[0], addsSpecialTokens: true) : .pair(strings[0], strings[1])
  }
}
