/// Infinity (infinity_emb/infinity_server.py): `POST /rerank`.
internal import Foundation
internal import TareCore
internal import TareScoring

/// `raw_scores: true` leaves the sigmoid off. A text is a document without a query; an encoder's pair is
/// one with its query, a request each.
///
/// Infinity strips the white space around every text and puts its tokenizer's special tokens there, so that
/// a text with white space at an end would be another text there: it is refused.
enum InfinityRewards: RemoteProtocol {
  static let key = "infinity"
  static let summary = "Infinity (POST /rerank)"
  static let path = "/rerank"
  static let takesPairs = true
  static let asksOneQuery = true
  static let addsSpecialTokens = true
  static let namesModel = true
  static let modelPaths = ["/models"]

  static func check(_ text: RemoteText) throws(TareError) {
    for text in text.pair.map({ [$0.prompt, $0.response] }) ?? [text.text]
    where text.trimmingCharacters(in: .whitespacesAndNewlines) != text {
      throw .badData(
        place: "text", found: "white space at an end, which Infinity strips",
        accepted: "a text without, or an engine that reads texts as they are")
    }
  }

  static func request(for texts: [RemoteText], model: String?) -> JSONValue {
    var request: JSONObject = [:]
    request["model"] = model.map { .string($0) }
    request["query"] = .string(texts.first?.pair?.prompt ?? "")
    request["documents"] = .array(texts.map { .string($0.pair?.response ?? $0.text) })
    request["raw_scores"] = true
    return .object(request)
  }

  static func rewards(in reply: JSONValue) throws(TareError) -> [JSONValue] {
    guard let results = reply["results"] else {
      throw .badData(place: "reply", found: reply.outline, accepted: "an array 'results'")
    }
    return try results.ordered("reply, 'results'").map { $0["relevance_score"] ?? .null }
  }
}
