/// vLLM's rewards of tokens (vllm/entrypoints/pooling/pooling): `POST /pooling`, task `token_classify`.
internal import TareCore

/// How vLLM serves Qwen2.5-Math-RM, Qwen2.5-Math-PRM and InternLM2's reward models, which have no
/// `/classify`: a row of one number for each token, or of the probabilities of two labels for each step.
enum VLLMTokenRewards: RemoteProtocol {
  static let key = "vllm-tokens"
  static let summary = "vLLM, models that score tokens (POST /pooling)"
  static let path = "/pooling"
  static let takesTokens = true
  static let textForms = TextForm.allCases
  static let takesMessages = true
  static let namesModel = true
  static let answersRows = true

  static func request(for texts: [RemoteText], model: String?) -> JSONValue {
    var request = VLLMRewards.members(of: texts, model: model)
    request["task"] = "token_classify"
    // The two labels of a step are probabilities, other rewards raw.
    request["use_activation"] = .bool(texts.first?.isOfSteps ?? false)
    return .object(request)
  }

  static func tokensRead(in reply: JSONValue) -> Int? { reply.usedTokens }

  static func rewards(in reply: JSONValue) throws(TareError) -> [JSONValue] {
    guard let data = reply["data"] else {
      throw .badData(place: "reply", found: reply.outline, accepted: "an array 'data'")
    }
    return try data.ordered("reply, 'data'").map { (element) throws(TareError) in
      guard let rows = element["data"], rows.array != nil else {
        throw .badData(
          place: "reply, 'data'", found: (element["data"] ?? .null).outline,
          accepted: "an array with one row per token")
      }
      return rows
    }
  }
}
