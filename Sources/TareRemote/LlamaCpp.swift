/// llama.cpp's server with `--reranking` (tools/server): `POST /v1/rerank`.
internal import TareCore
internal import TareScoring

/// The server puts query and document together, with its tokenizer's special tokens, as the encoders of
/// rerankers read a pair; it has no request for one text. Scores are raw.
enum LlamaCppRewards: RemoteProtocol {
  static let key = "llamacpp"
  static let summary = "llama.cpp with --reranking (POST /v1/rerank)"
  static let path = "/v1/rerank"
  static let takesPairs = true
  static let asksOneQuery = true
  static let addsSpecialTokens = true
  static let namesModel = true

  static func check(_ text: RemoteText) throws(TareError) {
    guard text.pair != nil else {
      throw .badData(
        place: "text", found: "a text that is no pair",
        accepted: "a query and a document, which is all that llama.cpp's server takes")
    }
  }

  static func request(for texts: [RemoteText], model: String?) -> JSONValue {
    var request: JSONObject = [:]
    request["model"] = model.map { .string($0) }
    request["query"] = .string(texts.first?.pair?.prompt ?? "")
    request["documents"] = .array(texts.map { .string($0.pair?.response ?? $0.text) })
    return .object(request)
  }

  static func tokenQuestion(
    _ text: String, model: String?
  ) -> (path: String, body: JSONValue)? {
    ("/tokenize", ["content": .string(text), "add_special": false])
  }

  static func tokensRead(in reply: JSONValue) -> Int? { reply.usedTokens }

  static func rewards(in reply: JSONValue) throws(TareError) -> [JSONValue] {
    guard let results = reply["results"] else {
      throw .badData(place: "reply", found: reply.outline, accepted: "an array 'results'")
    }
    return try results.ordered("reply, 'results'").map { $0["relevance_score"] ?? .null }
  }
}
